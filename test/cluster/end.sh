#!/bin/sh
# Ends what runs for the cluster in FOLDER, by process id, and removes all of it. Reads its standard input to the end first,
# so that it does so as well when the test process that holds the other end is killed. usage: end.sh FOLDER KUBE
cat >/dev/null
cd "$1" || exit 0
PATH=$PATH:/usr/sbin:/sbin
kube=$2

# The next test file may find this folder while its guard is still at work: then it waits, and finds nothing left to do.
exec 9>ending
flock 9
[ -d pid ] || { cd / && rm -rf "$1"; exit; }

# A number may be another process's by now: ours have the folder in their command line.
ours() { [ -f "pid/$1" ] && tr '\0' ' ' <"/proc/$(cat "pid/$1")/cmdline" 2>/dev/null | grep -qF "$PWD/"; }
# Nothing of it is to last, so that nothing is asked to end in peace.
stop() { for name in "$@"; do ! ours "$name" || kill -KILL "$(cat "pid/$name")" 2>/dev/null; done; }
alive() { for file in pid/*; do ! ours "${file#pid/}" || return 0; done; return 1; }

stop kubelet kube-proxy
if ours containerd; then
  tasks() { timeout 10 ctr -a containerd.sock -n k8s.io task ls -q 2>/dev/null; }
  for task in $(tasks); do timeout 10 ctr -a containerd.sock -n k8s.io task rm -f "$task" >/dev/null 2>&1 9>&- & done
  wait
fi
stop kube-scheduler kube-controller-manager coredns registry containerd kube-apiserver etcd
for _ in 1 2 3 4 5 6 7 8 9 10; do alive || break; sleep 0.1; done
if [ -d containerd ]; then
  # A container's guardian outlives containerd when its container could not be ended.
  for shim in $(pgrep -f "containerd-shim.*-address $PWD/containerd.sock"); do kill -9 "$shim" 2>/dev/null; done
  "$kube" kube-proxy --cleanup >/dev/null 2>&1
  for direction in -i -o; do iptables -w -D FORWARD $direction cni-understudy -j ACCEPT 2>/dev/null; done
  rm -f /var/lib/cni/results/understudy-*
  awk -v folder="$PWD/" 'index($2, folder) == 1 {print $2}' /proc/mounts | sort -r | xargs -r umount -l 2>/dev/null
  ip link del understudy0 2>/dev/null
  ip link del cni-understudy 2>/dev/null
fi
cd / && rm -rf "$1"
