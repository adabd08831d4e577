"""What Terraform declares of the cloud under the nodes: instances, network, security groups."""
