variable "aws_region" {
  description = "Region of the whole cluster."
  type        = string
  default     = "ap-northeast-2"
}

variable "environment" {
  description = "Ends up in names and tags."
  type        = string
  default     = "prod"
}

variable "vpc_cidr" {
  description = "Addresses of the VPC; the pod network (192.168.0.0/16) must not overlap."
  type        = string
  default     = "10.0.0.0/16"
}

variable "key_name" {
  description = "EC2 key pair that Ansible logs in with."
  type        = string
  default     = "k8s-cluster"
}

variable "admin_cidrs" {
  description = "From where SSH and the Kubernetes API may be reached."
  type        = list(string)
}
