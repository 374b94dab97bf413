#!/bin/sh
# What the node of the tests' cluster needs, from Debian or Ubuntu. The control plane alone needs openssl only.
set -eu
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
packages='containernetworking-plugins busybox-static iptables conntrack openssl iproute2 kmod debootstrap tar debian-archive-keyring'
# A runner with Docker has both, in packages that exclude these.
command -v containerd >/dev/null && command -v runc >/dev/null || packages="$packages containerd runc"
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages
