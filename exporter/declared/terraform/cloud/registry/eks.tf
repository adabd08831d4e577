# What terraform-aws-modules/eks (18 to 21) makes of its inputs, as far as it is asked for: the name of
# the cluster, whose node groups AWS tells the health of.

variable "create" { default = true }
variable "name" { default = null }
variable "cluster_name" { default = null }

resource "aws_eks_cluster" "this" {
  count = var.create ? 1 : 0
  name  = try(coalesce(var.name, var.cluster_name), "")
}

output "cluster_name" { value = aws_eks_cluster.this[0].name }
output "cluster_id" { value = aws_eks_cluster.this[0].name }
