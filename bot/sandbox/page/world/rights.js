/** Reads Discord's permission bits; what they mean is decided by the sandbox, here they only show or hide a control. */

const BITS = {
  kick: 1n << 1n,
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  manageGuild: 1n << 5n,
  view: 1n << 10n,
  send: 1n << 11n,
  manageMessages: 1n << 13n,
  embed: 1n << 14n,
  attach: 1n << 15n,
  history: 1n << 16n,
  manageRoles: 1n << 28n,
  useCommands: 1n << 31n,
  createThreads: 1n << 35n,
  sendInThreads: 1n << 38n,
};

/** Rights that a channel may grant or deny to a role or a member, in the words of the settings dialog. */
export const OVERWRITABLE = [
  ["view", "See the channel"],
  ["send", "Send messages"],
  ["sendInThreads", "Send messages in threads"],
  ["embed", "Embed links"],
  ["attach", "Attach files"],
  ["history", "Read what was said before"],
  ["useCommands", "Use the bot's commands"],
];

export function bit(right) {
  return BITS[right];
}

/** Whether a decimal string of bits holds a right; an administrator holds all. */
export function may(permissions, right) {
  const held = BigInt(permissions ?? 0);
  return (held & BITS.administrator) !== 0n || (held & BITS[right]) !== 0n;
}
