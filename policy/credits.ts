export type CreditMode = "standard" | "unlimited";
