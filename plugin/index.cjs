// Pulumi starts a plugin with `require` and its own ts-node; the plugin is TypeScript in ESM, which tsx loads.
module.exports = (async () => {
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: false });
  await import("./main.ts");
})();
