// The part of the global that is used; Node's types and TypeScript's ES library do not declare it.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
}
