# The image for both architectures, from the folder of the project:
#
#   docker buildx bake -f docker/docker-bake.hcl                    # checks that both build
#   docker buildx bake -f docker/docker-bake.hcl local              # elastauth:latest for this machine
#   NAME=registry.example.org/elastauth VERSION=1.0.0 docker buildx bake -f docker/docker-bake.hcl --push
#
# The architecture that is not the machine's own runs under QEMU or on a second builder.
variable "NAME" {
  default = "elastauth"
}

variable "VERSION" {
  default = "latest"
}

group "default" {
  targets = ["elastauth"]
}

target "elastauth" {
  context    = "."
  dockerfile = "docker/Dockerfile"
  args       = { VERSION = VERSION }
  tags       = ["${NAME}:${VERSION}"]
  platforms  = ["linux/amd64", "linux/arm64"]
}

target "local" {
  inherits  = ["elastauth"]
  platforms = []
  output    = ["type=docker"]
}
