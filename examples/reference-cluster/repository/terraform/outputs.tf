# Feeds ansible/inventory/hosts.ini.
output "api_private_ips" {
  description = "Private addresses of the API nodes, by domain."
  value = {
    auth      = module.api_auth.private_ip
    my        = module.api_my.private_ip
    scan      = module.api_scan.private_ip
    character = module.api_character.private_ip
    location  = module.api_location.private_ip
    info      = module.api_info.private_ip
    chat      = module.api_chat.private_ip
  }
}

output "master_private_ip" {
  description = "Private address of the control plane."
  value       = module.master.private_ip
}
