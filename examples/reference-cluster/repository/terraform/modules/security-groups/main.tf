variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "vpc_cidr" {
  type = string
}

variable "admin_cidrs" {
  type = list(string)
}

resource "aws_security_group" "nodes" {
  name        = "${var.name}-nodes"
  description = "Every node: all traffic inside the VPC, SSH and the API from the admins."
  vpc_id      = var.vpc_id

  # Calico needs IP-in-IP (protocol 4) between nodes beside TCP and UDP, hence all protocols.
  ingress {
    description = "Node to node"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = [var.vpc_cidr]
  }

  dynamic "ingress" {
    for_each = { ssh = 22, kubernetes = 6443 }

    content {
      description = ingress.key
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = var.admin_cidrs
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

output "node_security_group_id" {
  value = aws_security_group.nodes.id
}
