#!/bin/busybox sh
# Loads the modules of the disks' drivers, unpacks the second disk on the first one, and goes on from there.
busybox mount -t devtmpfs devtmpfs /dev
for module in $(busybox cat /modules); do busybox insmod "/$module"; done
until [ -b /dev/vda ] && [ -b /dev/vdb ]; do busybox usleep 20000; done
busybox mount -t ext4 /dev/vda /root
busybox tar -x -f /dev/vdb -C /root/var/lib
busybox mount --move /dev /root/dev
exec busybox switch_root /root /var/lib/init
