variable "instance_name" {
  description = "Host name, and the name of the Kubernetes node."
  type        = string
}

variable "instance_type" {
  description = "EC2 instance type."
  type        = string
}

variable "ami_id" {
  description = "Ubuntu image."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the instance."
  type        = string
}

variable "security_group_ids" {
  description = "Security groups of the instance."
  type        = list(string)
}

variable "key_name" {
  description = "EC2 key pair."
  type        = string
}

variable "root_volume_size" {
  description = "Size of the root volume in GB."
  type        = number
  default     = 20
}

variable "tags" {
  description = "Tags beside Name; Domain and Phase follow the node's labels."
  type        = map(string)
  default     = {}
}
