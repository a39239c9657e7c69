import { z } from "zod";

/** Where a stack's credentials may deploy. */
export interface AccountSettings {
  /** Twelve digits; credentials of another account are refused. */
  readonly id?: string;
  /** A role of that account to act as, for one who deploys to several. */
  readonly role?: string;
}

/** `account:` of a stack's settings. */
export const accountSchema = z
  .strictObject(
    {
      id: z
        .string('must be an account id in quotes: YAML drops leading zeros. Write "123456789012"')
        .regex(/^\d{12}$/, 'must have twelve digits. Write "123456789012"')
        .exactOptional(),
      role: z
        .string("must be the ARN of a role. Write arn:aws:iam::ACCOUNT:role/NAME")
        .regex(
          /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
          "must be the ARN of a role. Write arn:aws:iam::ACCOUNT:role/NAME",
        )
        .exactOptional(),
    },
    "must be a map. Write { id: '123456789012' }",
  )
  .refine(
    ({ id, role }) => id === undefined || role === undefined || role.split(":")[4] === id,
    "must be a role of account.id. Change one of the two",
  );

/** The provider's arguments that hold it to the account. */
export function accountArguments({ id, role }: AccountSettings) {
  return {
    ...(id === undefined ? {} : { allowedAccountIds: [id] }),
    ...(role === undefined ? {} : { assumeRoles: [{ roleArn: role, sessionName: "setpoint" }] }),
  };
}
