/** The command that reads what a `cloudwatch:` source names, ready to be pasted into a shell. */
export function calibrateCommandLine(source: unknown, trace: string | null): string {
  const given = (typeof source === "object" && source !== null ? source : {}) as Readonly<
    Record<string, unknown>
  >;
  const options = OPTIONS.flatMap(([member, option, needed]) => {
    const value = Object.hasOwn(given, member) ? given[member] : undefined;
    if (typeof value === "string" && PLAIN.test(value)) return [`${option} ${value}`];
    return needed ? [`${option} <${member}>`] : [];
  });
  return ["setpoint calibrate", ...options, ...(trace === null ? [] : [`--write-trace ${trace}`])].join(" ");
}

const OPTIONS = [
  ["loadBalancer", "--load-balancer", true],
  ["targetGroup", "--target-group", false],
  ["cluster", "--cluster", false],
  ["service", "--service", false],
  ["region", "--region", false],
] as const;

/** Names that no shell reads anything into; an account id does not belong into an error. */
const PLAIN = /^(?!.*\d{12})[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
