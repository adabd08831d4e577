locals {
  # kubeadm takes the node's name from the host name, so it is set before anything else runs.
  user_data = <<-EOT
    #!/bin/bash
    set -euo pipefail
    hostnamectl set-hostname ${var.instance_name}
    swapoff -a
    sed -i '/ swap / s/^/#/' /etc/fstab
  EOT
}

resource "aws_instance" "this" {
  ami                         = var.ami_id
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  vpc_security_group_ids      = var.security_group_ids
  key_name                    = var.key_name
  user_data                   = local.user_data
  user_data_replace_on_change = false

  root_block_device {
    volume_size = var.root_volume_size
    volume_type = "gp3"
    encrypted   = true
  }

  metadata_options {
    http_tokens = "required"
  }

  tags = merge(var.tags, { Name = var.instance_name })

  lifecycle {
    # A newer Ubuntu image must not replace running nodes.
    ignore_changes = [ami]
  }
}
