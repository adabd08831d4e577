# What terraform-aws-modules/vpc (3 to 6) makes of its usual inputs. Database subnets use the private
# tables, unless they have their own: such a call is not read.

variable "create_vpc" { default = true }
variable "name" { default = "" }
variable "cidr" { default = "10.0.0.0/16" }
variable "azs" { default = [] }
variable "tags" { default = {} }
variable "vpc_tags" { default = {} }
variable "igw_tags" { default = {} }
variable "nat_gateway_tags" { default = {} }
variable "public_subnets" { default = [] }
variable "public_subnet_suffix" { default = "public" }
variable "public_subnet_names" { default = [] }
variable "public_subnet_tags" { default = {} }
variable "public_route_table_tags" { default = {} }
variable "private_subnets" { default = [] }
variable "private_subnet_suffix" { default = "private" }
variable "private_subnet_names" { default = [] }
variable "private_subnet_tags" { default = {} }
variable "private_route_table_tags" { default = {} }
variable "database_subnets" { default = [] }
variable "database_subnet_suffix" { default = "db" }
variable "database_subnet_names" { default = [] }
variable "database_subnet_tags" { default = {} }
variable "intra_subnets" { default = [] }
variable "intra_subnet_suffix" { default = "intra" }
variable "intra_subnet_names" { default = [] }
variable "intra_subnet_tags" { default = {} }
variable "intra_route_table_tags" { default = {} }
variable "create_igw" { default = true }
variable "enable_nat_gateway" { default = false }
variable "single_nat_gateway" { default = false }
variable "one_nat_gateway_per_az" { default = false }
variable "nat_gateway_destination_cidr_block" { default = "0.0.0.0/0" }

locals {
  public   = var.create_vpc ? length(var.public_subnets) : 0
  private  = var.create_vpc ? length(var.private_subnets) : 0
  database = var.create_vpc ? length(var.database_subnets) : 0
  intra    = var.create_vpc ? length(var.intra_subnets) : 0
  longest  = max(local.private, local.database)
  gateways = var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : local.longest
}

resource "aws_vpc" "this" {
  count      = var.create_vpc ? 1 : 0
  cidr_block = var.cidr
  tags       = merge({ Name = var.name }, var.tags, var.vpc_tags)
}

resource "aws_subnet" "public" {
  count             = !var.one_nat_gateway_per_az || local.public >= length(var.azs) ? local.public : 0
  vpc_id            = aws_vpc.this[0].id
  cidr_block        = var.public_subnets[count.index]
  availability_zone = element(var.azs, count.index)
  tags = merge({
    Name = try(var.public_subnet_names[count.index], "${var.name}-${var.public_subnet_suffix}-${element(var.azs, count.index)}")
  }, var.tags, var.public_subnet_tags)
}

resource "aws_subnet" "private" {
  count             = local.private
  vpc_id            = aws_vpc.this[0].id
  cidr_block        = var.private_subnets[count.index]
  availability_zone = element(var.azs, count.index)
  tags = merge({
    Name = try(var.private_subnet_names[count.index], "${var.name}-${var.private_subnet_suffix}-${element(var.azs, count.index)}")
  }, var.tags, var.private_subnet_tags)
}

resource "aws_subnet" "database" {
  count             = local.database
  vpc_id            = aws_vpc.this[0].id
  cidr_block        = var.database_subnets[count.index]
  availability_zone = element(var.azs, count.index)
  tags = merge({
    Name = try(var.database_subnet_names[count.index], "${var.name}-${var.database_subnet_suffix}-${element(var.azs, count.index)}")
  }, var.tags, var.database_subnet_tags)
}

resource "aws_subnet" "intra" {
  count             = local.intra
  vpc_id            = aws_vpc.this[0].id
  cidr_block        = var.intra_subnets[count.index]
  availability_zone = element(var.azs, count.index)
  tags = merge({
    Name = try(var.intra_subnet_names[count.index], "${var.name}-${var.intra_subnet_suffix}-${element(var.azs, count.index)}")
  }, var.tags, var.intra_subnet_tags)
}

resource "aws_internet_gateway" "this" {
  count  = local.public > 0 && var.create_igw ? 1 : 0
  vpc_id = aws_vpc.this[0].id
  tags   = merge({ Name = var.name }, var.tags, var.igw_tags)
}

resource "aws_nat_gateway" "this" {
  count     = var.create_vpc && var.enable_nat_gateway ? local.gateways : 0
  subnet_id = element(aws_subnet.public[*].id, var.single_nat_gateway ? 0 : count.index)
  tags = merge({
    Name = "${var.name}-${element(var.azs, var.single_nat_gateway ? 0 : count.index)}"
  }, var.tags, var.nat_gateway_tags)
}

resource "aws_route_table" "public" {
  count  = local.public > 0 ? 1 : 0
  vpc_id = aws_vpc.this[0].id
  tags   = merge({ Name = "${var.name}-${var.public_subnet_suffix}" }, var.tags, var.public_route_table_tags)
}

resource "aws_route" "public_internet_gateway" {
  count                  = local.public > 0 && var.create_igw ? 1 : 0
  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  count          = length(aws_subnet.public)
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_route_table" "private" {
  count  = local.private > 0 ? local.gateways : 0
  vpc_id = aws_vpc.this[0].id
  tags = merge({
    Name = var.single_nat_gateway ? "${var.name}-${var.private_subnet_suffix}" : "${var.name}-${var.private_subnet_suffix}-${element(var.azs, count.index)}"
  }, var.tags, var.private_route_table_tags)
}

resource "aws_route" "private_nat_gateway" {
  count                  = local.private > 0 ? length(aws_nat_gateway.this) : 0
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = var.nat_gateway_destination_cidr_block
  nat_gateway_id         = aws_nat_gateway.this[count.index].id
}

resource "aws_route_table_association" "private" {
  count          = local.private
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)
}

resource "aws_route_table_association" "database" {
  count          = local.private > 0 ? local.database : 0
  subnet_id      = aws_subnet.database[count.index].id
  route_table_id = element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)
}

resource "aws_route_table" "intra" {
  count  = local.intra > 0 ? 1 : 0
  vpc_id = aws_vpc.this[0].id
  tags   = merge({ Name = "${var.name}-${var.intra_subnet_suffix}" }, var.tags, var.intra_route_table_tags)
}

resource "aws_route_table_association" "intra" {
  count          = local.intra
  subnet_id      = aws_subnet.intra[count.index].id
  route_table_id = aws_route_table.intra[0].id
}

output "vpc_id" { value = aws_vpc.this[0].id }
output "vpc_cidr_block" { value = var.cidr }
output "azs" { value = var.azs }
output "name" { value = var.name }
output "public_subnets" { value = aws_subnet.public[*].id }
output "public_subnets_cidr_blocks" { value = var.public_subnets }
output "private_subnets" { value = aws_subnet.private[*].id }
output "private_subnets_cidr_blocks" { value = var.private_subnets }
output "database_subnets" { value = aws_subnet.database[*].id }
output "database_subnets_cidr_blocks" { value = var.database_subnets }
output "intra_subnets" { value = aws_subnet.intra[*].id }
output "intra_subnets_cidr_blocks" { value = var.intra_subnets }
output "igw_id" { value = aws_internet_gateway.this[0].id }
output "natgw_ids" { value = aws_nat_gateway.this[*].id }
output "public_route_table_ids" { value = aws_route_table.public[*].id }
output "private_route_table_ids" { value = aws_route_table.private[*].id }
output "intra_route_table_ids" { value = aws_route_table.intra[*].id }
