import { isIP } from 'node:net';

/** Whether IAM takes it for an address (IAM user guide, IP address condition operators): IPv4 or IPv6, alone or with the bits that count. */
export const isIpBlock = (text: string): boolean => {
  const [, address = '', bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return false;
  return bits === undefined || (Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128));
};
