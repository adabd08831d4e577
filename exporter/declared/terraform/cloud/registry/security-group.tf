# What terraform-aws-modules/security-group (3 to 5) makes of its usual inputs. A group whose name has
# a random end bears the plain name as its tag, by which it is found as well.

variable "create" { default = true }
variable "name" { default = null }
variable "use_name_prefix" { default = true }
variable "description" { default = "" }
variable "vpc_id" { default = null }
variable "tags" { default = {} }
variable "ingress_rules" { default = [] }
variable "ingress_cidr_blocks" { default = [] }
variable "ingress_with_cidr_blocks" { default = [] }
variable "ingress_with_self" { default = [] }
variable "ingress_with_source_security_group_id" { default = [] }
variable "egress_rules" { default = [] }
variable "egress_cidr_blocks" { default = ["0.0.0.0/0"] }
variable "egress_ipv6_cidr_blocks" { default = ["::/0"] }
variable "egress_with_cidr_blocks" { default = [] }
variable "egress_with_self" { default = [] }
variable "egress_with_source_security_group_id" { default = [] }

locals {
  rules = {
    "all-all"                 = [-1, -1, "-1"]
    "all-icmp"                = [-1, -1, "icmp"]
    "all-tcp"                 = [0, 65535, "tcp"]
    "all-udp"                 = [0, 65535, "udp"]
    "dns-tcp"                 = [53, 53, "tcp"]
    "dns-udp"                 = [53, 53, "udp"]
    "etcd-client-tcp"         = [2379, 2379, "tcp"]
    "etcd-peer-tcp"           = [2380, 2380, "tcp"]
    "grafana-tcp"             = [3000, 3000, "tcp"]
    "http-80-tcp"             = [80, 80, "tcp"]
    "http-8080-tcp"           = [8080, 8080, "tcp"]
    "https-443-tcp"           = [443, 443, "tcp"]
    "https-8443-tcp"          = [8443, 8443, "tcp"]
    "kubernetes-api-tcp"      = [6443, 6443, "tcp"]
    "mysql-tcp"               = [3306, 3306, "tcp"]
    "nfs-tcp"                 = [2049, 2049, "tcp"]
    "postgresql-tcp"          = [5432, 5432, "tcp"]
    "prometheus-http-tcp"     = [9090, 9090, "tcp"]
    "rabbitmq-5672-tcp"       = [5672, 5672, "tcp"]
    "redis-tcp"               = [6379, 6379, "tcp"]
    "ssh-tcp"                 = [22, 22, "tcp"]
  }
  group = try(aws_security_group.this[0].id, aws_security_group.this_name_prefix[0].id)
}

resource "aws_security_group" "this" {
  count  = var.create && !var.use_name_prefix ? 1 : 0
  name   = var.name
  vpc_id = var.vpc_id
}

resource "aws_security_group" "this_name_prefix" {
  count  = var.create && var.use_name_prefix ? 1 : 0
  name   = var.name
  vpc_id = var.vpc_id
}

resource "aws_security_group_rule" "ingress_rules" {
  count             = var.create ? length(var.ingress_rules) : 0
  security_group_id = local.group
  type              = "ingress"
  cidr_blocks       = var.ingress_cidr_blocks
  from_port         = local.rules[var.ingress_rules[count.index]][0]
  to_port           = local.rules[var.ingress_rules[count.index]][1]
  protocol          = local.rules[var.ingress_rules[count.index]][2]
}

resource "aws_security_group_rule" "egress_rules" {
  count             = var.create ? length(var.egress_rules) : 0
  security_group_id = local.group
  type              = "egress"
  cidr_blocks       = var.egress_cidr_blocks
  ipv6_cidr_blocks  = var.egress_ipv6_cidr_blocks
  from_port         = local.rules[var.egress_rules[count.index]][0]
  to_port           = local.rules[var.egress_rules[count.index]][1]
  protocol          = local.rules[var.egress_rules[count.index]][2]
}

resource "aws_security_group_rule" "ingress_with_cidr_blocks" {
  count             = var.create ? length(var.ingress_with_cidr_blocks) : 0
  security_group_id = local.group
  type              = "ingress"
  cidr_blocks       = compact(split(",", lookup(var.ingress_with_cidr_blocks[count.index], "cidr_blocks", join(",", var.ingress_cidr_blocks))))
  from_port         = try(var.ingress_with_cidr_blocks[count.index].from_port, local.rules[var.ingress_with_cidr_blocks[count.index].rule][0])
  to_port           = try(var.ingress_with_cidr_blocks[count.index].to_port, local.rules[var.ingress_with_cidr_blocks[count.index].rule][1])
  protocol          = try(var.ingress_with_cidr_blocks[count.index].protocol, local.rules[var.ingress_with_cidr_blocks[count.index].rule][2])
}

resource "aws_security_group_rule" "egress_with_cidr_blocks" {
  count             = var.create ? length(var.egress_with_cidr_blocks) : 0
  security_group_id = local.group
  type              = "egress"
  cidr_blocks       = compact(split(",", lookup(var.egress_with_cidr_blocks[count.index], "cidr_blocks", join(",", var.egress_cidr_blocks))))
  from_port         = try(var.egress_with_cidr_blocks[count.index].from_port, local.rules[var.egress_with_cidr_blocks[count.index].rule][0])
  to_port           = try(var.egress_with_cidr_blocks[count.index].to_port, local.rules[var.egress_with_cidr_blocks[count.index].rule][1])
  protocol          = try(var.egress_with_cidr_blocks[count.index].protocol, local.rules[var.egress_with_cidr_blocks[count.index].rule][2])
}

resource "aws_security_group_rule" "ingress_with_self" {
  count             = var.create ? length(var.ingress_with_self) : 0
  security_group_id = local.group
  type              = "ingress"
  self              = lookup(var.ingress_with_self[count.index], "self", true)
  from_port         = try(var.ingress_with_self[count.index].from_port, local.rules[var.ingress_with_self[count.index].rule][0])
  to_port           = try(var.ingress_with_self[count.index].to_port, local.rules[var.ingress_with_self[count.index].rule][1])
  protocol          = try(var.ingress_with_self[count.index].protocol, local.rules[var.ingress_with_self[count.index].rule][2])
}

resource "aws_security_group_rule" "egress_with_self" {
  count             = var.create ? length(var.egress_with_self) : 0
  security_group_id = local.group
  type              = "egress"
  self              = lookup(var.egress_with_self[count.index], "self", true)
  from_port         = try(var.egress_with_self[count.index].from_port, local.rules[var.egress_with_self[count.index].rule][0])
  to_port           = try(var.egress_with_self[count.index].to_port, local.rules[var.egress_with_self[count.index].rule][1])
  protocol          = try(var.egress_with_self[count.index].protocol, local.rules[var.egress_with_self[count.index].rule][2])
}

resource "aws_security_group_rule" "ingress_with_source_security_group_id" {
  count                    = var.create ? length(var.ingress_with_source_security_group_id) : 0
  security_group_id        = local.group
  type                     = "ingress"
  source_security_group_id = var.ingress_with_source_security_group_id[count.index].source_security_group_id
  from_port                = try(var.ingress_with_source_security_group_id[count.index].from_port, local.rules[var.ingress_with_source_security_group_id[count.index].rule][0])
  to_port                  = try(var.ingress_with_source_security_group_id[count.index].to_port, local.rules[var.ingress_with_source_security_group_id[count.index].rule][1])
  protocol                 = try(var.ingress_with_source_security_group_id[count.index].protocol, local.rules[var.ingress_with_source_security_group_id[count.index].rule][2])
}

resource "aws_security_group_rule" "egress_with_source_security_group_id" {
  count                    = var.create ? length(var.egress_with_source_security_group_id) : 0
  security_group_id        = local.group
  type                     = "egress"
  source_security_group_id = var.egress_with_source_security_group_id[count.index].source_security_group_id
  from_port                = try(var.egress_with_source_security_group_id[count.index].from_port, local.rules[var.egress_with_source_security_group_id[count.index].rule][0])
  to_port                  = try(var.egress_with_source_security_group_id[count.index].to_port, local.rules[var.egress_with_source_security_group_id[count.index].rule][1])
  protocol                 = try(var.egress_with_source_security_group_id[count.index].protocol, local.rules[var.egress_with_source_security_group_id[count.index].rule][2])
}

output "security_group_id" { value = local.group }
output "security_group_name" { value = var.name }
output "security_group_vpc_id" { value = var.vpc_id }
