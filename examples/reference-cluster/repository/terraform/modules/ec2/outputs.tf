output "instance_id" {
  description = "Id of the instance."
  value       = aws_instance.this.id
}

output "private_ip" {
  description = "Private address of the instance."
  value       = aws_instance.this.private_ip
}
