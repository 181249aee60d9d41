#!/bin/sh
# Uses the devices of a board with the kernel's own modules. A disk without a file system gets one and a file; one that
# has it gives the file's sum: two boots in a row show that what was written stays. `net=PORT` on the command line names
# a server of the host's.
export PATH=/bin
for m in $(cat /lib/modules/order); do insmod /lib/modules/$m.ko || echo "DEVICE insmod $m failed"; done
PORT=
for w in $(cat /proc/cmdline); do case $w in net=*) PORT=${w#net=};; esac; done

disk() {
    if mount -t ext4 /dev/$1 /mnt 2>/dev/null; then
        echo "DEVICE $1 has $(sha256sum < /mnt/file)"
    else
        mke2fs -q /dev/$1 > /dev/null && mount -t ext4 /dev/$1 /mnt &&
            seq 1 100000 > /mnt/file && echo "DEVICE $1 got $(sha256sum < /mnt/file)"
    fi
    umount /mnt
}
i=0
while [ $i -lt 20 ] && ! [ -b /dev/mmcblk0 -a -b /dev/vda ]; do sleep 0.1; i=$((i + 1)); done
for d in vda mmcblk0; do [ -b /dev/$d ] && disk $d; done

hwclock -u | sed 's/^/DEVICE clock /; s/  .*//'
echo "DEVICE keyboards $(grep -c 'AT Raw Set 2 keyboard' /proc/bus/input/devices)"

n=0
for e in $(ls /sys/class/net); do
    [ $e = lo ] && continue
    ifconfig $e 10.0.2.15 netmask 255.255.255.0 up
    sleep 3
    driver=$(ls -l /sys/class/net/$e/device/driver | sed 's/.*\///')
    [ -n "$PORT" ] && echo "DEVICE $driver got $(wget -q -O - http://10.0.2.2:$PORT/ | sha256sum)"
    ifconfig $e down
done

# The console of the display: a picture that is the same in every run, and a line from the keyboard. It stays open, for a
# terminal that nobody has open forgets what was typed.
exec 3<>/dev/tty1
printf '\033[2J\033[H\033[?25l' >&3
seq 1 20 | sed 's/^/line /' >&3
echo "DEVICE waits for a line"
stty -echo <&3
read -r key <&3 && echo "DEVICE typed $key"

# A watchdog that nobody feeds resets the board.
if [ -c /dev/watchdog ] && grep -q watchdog=1 /proc/cmdline; then
    echo "DEVICE watchdog"
    echo 1 > /dev/watchdog
    sleep 200
fi
