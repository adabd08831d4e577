locals {
  cluster_name = "k8s"

  # One zone for now: EBS volumes do not move between zones.
  availability_zones = ["ap-northeast-2a"]

  common_tags = {
    Project     = "ecoeco"
    Environment = var.environment
    ManagedBy   = "terraform"
  }
}
