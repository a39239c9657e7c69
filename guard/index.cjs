// Pulumi starts a policy pack with `require` and its own ts-node; the pack is TypeScript in ESM, which tsx loads.
module.exports = (async () => {
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: false });
  await import("./index.ts");
})();
