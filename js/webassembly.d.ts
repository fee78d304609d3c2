// What is used of the global that neither Node's types nor TypeScript's ES library declare.

declare namespace WebAssembly {
  class Module {
    private constructor();
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
