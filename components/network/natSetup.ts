/**
 * What turns a plain Amazon Linux 2023 into a NAT. It runs once, at the first start; what it leaves behind works after every later one.
 *
 * Swap comes first: with 512 MiB and the Systems Manager agent beside it, the package manager is killed for want of memory
 * (github.com/amazonlinux/amazon-linux-2023/issues/404). Source of the rest: Amazon VPC User Guide, "Work with NAT instances", with
 * nftables in the place of its front end iptables.
 *
 * @param cidr address range of the VPC. What comes from it and leaves it is translated; everything else is dropped.
 */
export function natSetup(cidr: string): string {
    return `#!/bin/bash
set -euo pipefail

dd if=/dev/zero of=/swapfile bs=1M count=512 status=none
chmod 600 /swapfile
mkswap /swapfile
echo '/swapfile none swap defaults 0 0' >> /etc/fstab
swapon /swapfile

until dnf install --assumeyes --setopt=install_weak_deps=False nftables; do
    sleep 10
done

cat > /etc/sysctl.d/90-nat.conf << 'END'
net.ipv4.ip_forward = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.netfilter.nf_conntrack_max = 65536
# A kernel that has lost its way starts anew.
kernel.panic = 10
END

mkdir -p /etc/nat
cat > /etc/nat/rules.nft << 'END'
${natRules(cidr)}END

cat > /etc/systemd/system/nat.service << 'END'
[Unit]
Description=Network address translation for the private subnets
Wants=network-pre.target
Before=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/nat/rules.nft
ExecStart=/usr/sbin/sysctl -p /etc/sysctl.d/90-nat.conf

[Install]
WantedBy=multi-user.target
END

systemctl daemon-reload
systemctl enable --now nat.service
`;
}

/** The rules of the kernel's packet filter. Loading them again gives the same. */
export function natRules(cidr: string): string {
    return `table ip nat
delete table ip nat
table ip nat {
    chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        ct state invalid drop
        ip saddr ${cidr} ip daddr != ${cidr} accept
    }
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr ${cidr} ip daddr != ${cidr} masquerade
    }
}
`;
}
