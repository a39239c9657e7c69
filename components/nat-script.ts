/** What a NAT instance runs at its first start; from then on the system keeps it. The same for every start of a VPC. */
export function natScript(vpcCidr: string): string {
  return `#!/bin/bash
set -euo pipefail

# dnf needs more memory than a nano has (amazonlinux/amazon-linux-2023#404).
dd if=/dev/zero of=/swapfile bs=1M count=512 status=none
chmod 600 /swapfile
mkswap /swapfile
echo '/swapfile none swap defaults 0 0' >> /etc/fstab
swapon /swapfile

for attempt in {1..10}; do
  dnf install --assumeyes nftables && break
  sleep 6
done

cat > /etc/sysconfig/nftables.conf <<'RULES'
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${vpcCidr} ip daddr != ${vpcCidr} masquerade
  }
}
RULES

# One interface for both sides: without this the kernel tells senders to go around it.
cat > /etc/sysctl.d/90-nat.conf <<'SETTINGS'
net.ipv4.ip_forward = 1
net.ipv4.conf.*.send_redirects = 0
SETTINGS

systemctl restart systemd-sysctl
systemctl enable --now nftables
`;
}
