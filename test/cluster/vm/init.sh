#!/bin/busybox sh
# The first program of the virtual machine: a node, and as little else as possible.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run
hostname -F /var/lib/hostname

# pods have little weight beside programs of no group, and whatever starts a container is one of these
echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/daemons
echo 20 > /sys/fs/cgroup/daemons/cpu.weight
echo 0 > /sys/fs/cgroup/daemons/cgroup.procs

containerd --config /var/lib/containerd.toml &

# by their paths: busybox has others of these names
/sbin/modprobe -a br_netfilter overlay
# a device takes the defaults of when it comes
sysctl -qp /var/lib/sysctl.conf
/sbin/modprobe virtio_net
until [ -e /sys/class/net/eth0 ]; do usleep 20000; done
/usr/sbin/ip -batch /var/lib/network

until [ -S /run/containerd/containerd.sock ]; do usleep 100000; done
kubelet $(cat /var/lib/kubelet/flags) &
while :; do sleep 3600; done
