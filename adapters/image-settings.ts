import { z } from "zod";

const AMI = /^ami-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;
/** `ami:` of a service's instances. */
export const amiSchema = z
  .string("must be an image. Write one such as ami-0123456789abcdef0")
  .regex(AMI, "must be ami- and 8 or 17 hexadecimal digits. Write one such as ami-0123456789abcdef0");

/** A recovery point of an instance in AWS Backup is an image, and its ARN an image's. */
export const restoreSchema = z.strictObject(
  {
    from: z
      .string("must be a recovery point or an image. Write arn:aws:ec2:REGION::image/ami-…")
      .transform((text) => text.replace(/^arn:aws[\w-]*:ec2:[a-z0-9-]+:\d*:image\//, ""))
      .refine(
        (id) => AMI.test(id),
        "must be an instance's recovery point: of a volume (a snapshot) nothing boots. Write arn:aws:ec2:REGION::image/ami-…, or ami-…",
      ),
  },
  "must be a map. Write { from: arn:aws:ec2:REGION::image/ami-… }",
);
