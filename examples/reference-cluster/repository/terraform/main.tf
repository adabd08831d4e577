# Fourteen nodes: one control plane, one node per API, two workers, four for what keeps state.
# A new API needs a module call here, a host in ansible/inventory/hosts.ini, a line in
# ansible/playbooks/label-nodes.yml, an overlay and an element of the ApplicationSet.

data "aws_ami" "ubuntu" {
  most_recent = true
  owners      = ["099720109477"] # Canonical

  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*"]
  }
}

module "vpc" {
  source = "./modules/vpc"

  name               = local.cluster_name
  cidr               = var.vpc_cidr
  availability_zones = local.availability_zones
}

module "security_groups" {
  source = "./modules/security-groups"

  name        = local.cluster_name
  vpc_id      = module.vpc.vpc_id
  vpc_cidr    = var.vpc_cidr
  admin_cidrs = var.admin_cidrs
}

# Control plane

module "master" {
  source = "./modules/ec2"

  instance_name      = "k8s-master"
  instance_type      = "t3.large"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name
  root_volume_size   = 80

  tags = {
    Role     = "control-plane"
    Workload = "control-plane"
  }
}

# API nodes: one per domain, in the order in which they went live (Phase)

module "api_auth" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-auth"
  instance_type      = "t3.micro"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "auth-api"
    Domain   = "auth"
    Phase    = "1"
  }
}

module "api_my" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-my"
  instance_type      = "t3.micro"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "my-api"
    Domain   = "my"
    Phase    = "1"
  }
}

module "api_scan" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-scan"
  instance_type      = "t3.small"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "scan-api"
    Domain   = "scan"
    Phase    = "2"
  }
}

module "api_character" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-character"
  instance_type      = "t3.micro"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "character-api"
    Domain   = "character"
    Phase    = "2"
  }
}

module "api_location" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-location"
  instance_type      = "t3.micro"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "location-api"
    Domain   = "location"
    Phase    = "2"
  }
}

module "api_info" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-info"
  instance_type      = "t3.micro"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "info-api"
    Domain   = "info"
    Phase    = "3"
  }
}

module "api_chat" {
  source = "./modules/ec2"

  instance_name      = "k8s-api-chat"
  instance_type      = "t3.small"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "api"
    Workload = "chat-api"
    Domain   = "chat"
    Phase    = "3"
  }
}

# Workers: Celery, one for uploads and one for calls to the models

module "worker_storage" {
  source = "./modules/ec2"

  instance_name      = "k8s-worker-storage"
  instance_type      = "t3.medium"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name
  root_volume_size   = 40

  tags = {
    Role     = "worker"
    Workload = "worker-storage"
    Domain   = "scan"
  }
}

module "worker_ai" {
  source = "./modules/ec2"

  instance_name      = "k8s-worker-ai"
  instance_type      = "t3.medium"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name
  root_volume_size   = 40

  tags = {
    Role     = "worker"
    Workload = "worker-ai"
    Domain   = "scan,chat"
  }
}

# Infrastructure: what keeps state

module "postgresql" {
  source = "./modules/ec2"

  instance_name      = "k8s-postgresql"
  instance_type      = "t3.small"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name
  root_volume_size   = 80

  tags = {
    Role     = "infrastructure"
    Workload = "postgresql"
  }
}

module "redis" {
  source = "./modules/ec2"

  instance_name      = "k8s-redis"
  instance_type      = "t3.small"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "infrastructure"
    Workload = "redis"
  }
}

module "rabbitmq" {
  source = "./modules/ec2"

  instance_name      = "k8s-rabbitmq"
  instance_type      = "t3.small"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name

  tags = {
    Role     = "infrastructure"
    Workload = "rabbitmq"
  }
}

module "monitoring" {
  source = "./modules/ec2"

  instance_name      = "k8s-monitoring"
  instance_type      = "t3.medium"
  ami_id             = data.aws_ami.ubuntu.id
  subnet_id          = module.vpc.subnet_ids[0]
  security_group_ids = [module.security_groups.node_security_group_id]
  key_name           = var.key_name
  root_volume_size   = 100

  tags = {
    Role     = "infrastructure"
    Workload = "monitoring"
  }
}
