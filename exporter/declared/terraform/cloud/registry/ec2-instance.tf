# What terraform-aws-modules/ec2-instance (4 to 6) makes of its usual inputs. From 6 on it makes a
# security group of its own, unless it is told not to.

variable "module_version" { default = "" }
variable "create" { default = true }
variable "name" { default = "" }
variable "ami" { default = null }
variable "ignore_ami_changes" { default = false }
variable "instance_type" { default = "t3.micro" }
variable "availability_zone" { default = null }
variable "subnet_id" { default = null }
variable "private_ip" { default = null }
variable "vpc_security_group_ids" { default = null }
variable "create_security_group" { default = null }
variable "iam_instance_profile" { default = null }
variable "create_iam_instance_profile" { default = false }
variable "root_block_device" { default = null }
variable "metadata_options" { default = null }
variable "tags" { default = {} }
variable "instance_tags" { default = {} }

locals {
  older  = anytrue([for one in ["4.", "5.", "~> 4.", "~> 5.", "= 4.", "= 5."] : startswith(var.module_version, one)])
  alone  = local.older || try(!var.create_security_group, false)
  groups = local.alone ? var.vpc_security_group_ids : aws_security_group.of_its_own.id
  root   = try(var.root_block_device[0], var.root_block_device)
}

resource "aws_instance" "this" {
  count                  = var.create && !var.ignore_ami_changes ? 1 : 0
  ami                    = var.ami
  instance_type          = var.instance_type
  availability_zone      = var.availability_zone
  subnet_id              = var.subnet_id
  private_ip             = var.private_ip
  vpc_security_group_ids = local.groups
  iam_instance_profile   = var.create_iam_instance_profile ? aws_iam_instance_profile.this[0].name : var.iam_instance_profile
  root_block_device = [{
    volume_size = try(local.root.volume_size, local.root.size, null)
    volume_type = try(local.root.volume_type, local.root.type, null)
    encrypted   = try(local.root.encrypted, null)
  }]
  metadata_options = [{ http_tokens = try(var.metadata_options.http_tokens, null) }]
  tags             = merge({ Name = var.name }, var.instance_tags, var.tags)
}

resource "aws_instance" "ignore_ami" {
  count                  = var.create && var.ignore_ami_changes ? 1 : 0
  instance_type          = var.instance_type
  availability_zone      = var.availability_zone
  subnet_id              = var.subnet_id
  private_ip             = var.private_ip
  vpc_security_group_ids = local.groups
  iam_instance_profile   = var.create_iam_instance_profile ? aws_iam_instance_profile.this[0].name : var.iam_instance_profile
  root_block_device = [{
    volume_size = try(local.root.volume_size, local.root.size, null)
    volume_type = try(local.root.volume_type, local.root.type, null)
    encrypted   = try(local.root.encrypted, null)
  }]
  metadata_options = [{ http_tokens = try(var.metadata_options.http_tokens, null) }]
  tags             = merge({ Name = var.name }, var.instance_tags, var.tags)
}

output "id" { value = try(aws_instance.this[0].id, aws_instance.ignore_ami[0].id) }
output "availability_zone" { value = var.availability_zone }
output "private_ip" { value = try(aws_instance.this[0].private_ip, aws_instance.ignore_ami[0].private_ip) }
