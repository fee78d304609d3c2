// The modules that the build provides under these names.

declare module 'dispatch-guard:wasm' {
  /** Name of the wasm file next to the bundle. */
  export const WASM_FILE: string;
  /** Its length in bytes. */
  export const WASM_LENGTH: number;
}

declare module 'dispatch-guard:contract' {
  /** What `shim_contract` in the core returns. */
  export const CONTRACT: import('../js/core/load.js').Contract;
}
