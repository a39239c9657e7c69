/**
 * A member of several forms, such as `true`, `false` or a list. Pulumi's component analyser takes no union, and no
 * schema of Pulumi's says more than "anything" of one; the declaration's own check says the rest.
 */
// biome-ignore lint/suspicious/noExplicitAny: the analyser knows `any` alone
export type Either = any;
