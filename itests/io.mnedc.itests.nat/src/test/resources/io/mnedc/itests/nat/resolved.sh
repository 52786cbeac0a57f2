# Runs systemd-resolved with a D-Bus of its own. The caller has given this process file systems of its own.
# resolved.sh ROOT DIRECTORY: where systemd-resolved is unpacked, and where its files may be
# The D-Bus runs at once, systemd-resolved when there is a file named go in DIRECTORY.
set -eu
root=$1
directory=$2
user=systemd-resolve

mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/dbus /run/mnedc-lab
# root runs no program that somebody else could change, and whose directory ROOT is, is not known
cp "$root/usr/bin/resolvectl" /run/mnedc-lab/resolvectl
chmod 755 /run/mnedc-lab/resolvectl
for file in passwd group; do
    cp "/etc/$file" "$directory/$file"
done
grep -q "^$user:" /etc/passwd || echo "$user:x:64997:64997::/:/usr/sbin/nologin" >>"$directory/passwd"
grep -q "^$user:" /etc/group || echo "$user:x:64997:" >>"$directory/group"
echo "nameserver 127.0.0.53" >"$directory/resolv.conf"
for file in passwd group resolv.conf; do
    mount --bind "$directory/$file" "$(readlink -f "/etc/$file")"
done

cat >"$directory/bus.conf" <<'END'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_type="method_call"/>
    <allow receive_type="signal"/>
    <allow receive_requested_reply="true"/>
  </policy>
</busconfig>
END
# ready when it writes its address
dbus-daemon --config-file="$directory/bus.conf" --nofork --nopidfile --print-address=3 3>"$directory/address" &
until [ -s "$directory/address" ]; do
    kill -0 $!
    sleep 0.05
done
echo "D-Bus runs"
until [ -e "$directory/go" ]; do
    kill -0 $!
    sleep 0.05
done
mkdir -p /run/systemd/resolve
chown "$user:$user" /run/systemd/resolve
exec "$root/lib/systemd/systemd-resolved"
