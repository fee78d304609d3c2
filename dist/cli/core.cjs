"use strict";
const require_main = require("./main.cjs");
let node_fs = require("node:fs"), node_path = require("node:path"), node_v8 = require("node:v8");
// node_modules/canonicalize/lib/canonicalize.js
function serializeString(value) {
	if (!value.isWellFormed()) throw Error("Lone surrogate is not allowed");
	return JSON.stringify(value);
}
function serializePrimitive(value) {
	switch (typeof value) {
		case "number":
			if (isNaN(value)) throw Error("NaN is not allowed");
			if (!isFinite(value)) throw Error("Infinity is not allowed");
			return JSON.stringify(value);
		case "string": return serializeString(value);
		case "boolean": return value ? "true" : "false";
		default: return JSON.stringify(value);
	}
}
function enterValue(value, seen) {
	let wrappers = null;
	for (; typeof value == "object" && value && typeof value.toJSON == "function";) {
		if (seen.has(value)) throw Error("Circular reference detected");
		seen.add(value), (wrappers ??= []).push(value), value = value.toJSON();
	}
	if ((value instanceof Number || value instanceof String || value instanceof Boolean) && (value = value.valueOf()), typeof value != "object" || !value) {
		if (wrappers !== null) for (let wrapper of wrappers) seen.delete(wrapper);
		return serializePrimitive(value);
	}
	if (seen.has(value)) throw Error("Circular reference detected");
	return seen.add(value), {
		container: value,
		keys: Array.isArray(value) ? null : Object.keys(value).sort(),
		index: 0,
		first: !0,
		wrappers
	};
}
function canonicalize(object) {
	if (typeof object != "object" || !object) return serializePrimitive(object);
	let seen = new Set(), root = enterValue(object, seen);
	if (typeof root != "object") return root;
	let result = root.keys === null ? "[" : "{", stack = [root];
	outer: for (; stack.length > 0;) {
		let frame = stack[stack.length - 1], container = frame.container;
		if (frame.keys === null) {
			for (; frame.index < container.length;) {
				let i = frame.index++;
				i > 0 && (result += ",");
				let element = container[i], value = element === void 0 || typeof element == "symbol" || typeof element == "function" ? null : element;
				if (typeof value != "object" || !value) {
					result += serializePrimitive(value);
					continue;
				}
				let child = enterValue(value, seen);
				if (typeof child != "object") result += child === void 0 ? "null" : child;
				else {
					result += child.keys === null ? "[" : "{", stack.push(child);
					continue outer;
				}
			}
			result += "]";
		} else {
			let keys = frame.keys;
			for (; frame.index < keys.length;) {
				let key = keys[frame.index++], value = container[key];
				if (value === void 0 || typeof value == "symbol" || typeof value == "function") continue;
				if (typeof value != "object" || !value) {
					frame.first ? frame.first = !1 : result += ",", result += serializeString(key) + ":" + serializePrimitive(value);
					continue;
				}
				let child = enterValue(value, seen);
				if (child !== void 0) {
					if (frame.first ? frame.first = !1 : result += ",", result += serializeString(key) + ":", typeof child != "object") result += child;
					else {
						result += child.keys === null ? "[" : "{", stack.push(child);
						continue outer;
					}
				}
			}
			result += "}";
		}
		if (seen.delete(container), frame.wrappers !== null) for (let wrapper of frame.wrappers) seen.delete(wrapper);
		stack.pop();
	}
	return result;
}
// target/pkg/cli/dispatch_guard.js
function check(request, event, host) {
	let ptr0, len0, ptr1, len1;
	try {
		ptr0 = passStringToWasm0(request, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = passArray8ToWasm0(event, wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
	} catch (e) {
		throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
	}
	let ret = wasm.check(ptr0, len0, ptr1, len1, host);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function init(request) {
	let deferred2_0, deferred2_1;
	try {
		let ptr0 = passStringToWasm0(request, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ret = wasm.init(ptr0, len0);
		return deferred2_0 = ret[0], deferred2_1 = ret[1], getStringFromWasm0(ret[0], ret[1]);
	} finally {
		wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
	}
}
function lint(request, read) {
	let deferred2_0, deferred2_1;
	try {
		let ptr0 = passStringToWasm0(request, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ret = wasm.lint(ptr0, len0, read);
		return deferred2_0 = ret[0], deferred2_1 = ret[1], getStringFromWasm0(ret[0], ret[1]);
	} finally {
		wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
	}
}
function recordedDecision(evidence) {
	let deferred2_0, deferred2_1;
	try {
		let ptr0 = passArray8ToWasm0(evidence, wasm.__wbindgen_malloc), len0 = WASM_VECTOR_LEN, ret = wasm.recordedDecision(ptr0, len0);
		return deferred2_0 = ret[0], deferred2_1 = ret[1], getStringFromWasm0(ret[0], ret[1]);
	} finally {
		wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
	}
}
function replay(evidence) {
	let ptr0 = passArray8ToWasm0(evidence, wasm.__wbindgen_malloc), len0 = WASM_VECTOR_LEN, ret = wasm.replay(ptr0, len0);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function runTests(request, read, host) {
	let ptr0 = passStringToWasm0(request, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ret = wasm.runTests(ptr0, len0, read, host);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function suggestion(word, known) {
	let deferred3_0, deferred3_1;
	try {
		let ptr0, len0, ptr1, len1;
		try {
			ptr0 = passStringToWasm0(word, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = passStringToWasm0(known, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len1 = WASM_VECTOR_LEN;
		} catch (e) {
			throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
		}
		let ret = wasm.suggestion(ptr0, len0, ptr1, len1);
		return deferred3_0 = ret[0], deferred3_1 = ret[1], getStringFromWasm0(ret[0], ret[1]);
	} finally {
		wasm.__wbindgen_free(deferred3_0, deferred3_1, 1);
	}
}
function workflowStep(workflow, job, read) {
	let deferred3_0, deferred3_1;
	try {
		let ptr0, len0, ptr1, len1;
		try {
			ptr0 = passStringToWasm0(workflow, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = passStringToWasm0(job, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len1 = WASM_VECTOR_LEN;
		} catch (e) {
			throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
		}
		let ret = wasm.workflowStep(ptr0, len0, ptr1, len1, read);
		return deferred3_0 = ret[0], deferred3_1 = ret[1], getStringFromWasm0(ret[0], ret[1]);
	} finally {
		wasm.__wbindgen_free(deferred3_0, deferred3_1, 1);
	}
}
function __wbg_get_imports() {
	return {
		__proto__: null,
		"./dispatch_guard_bg.js": {
			__proto__: null,
			__wbg_Error_208446807d0d1e30: function(arg0, arg1) {
				return Error(getStringFromWasm0(arg0, arg1));
			},
			__wbg_Number_ff192a72a0dcdf6d: function(arg0) {
				return Number(arg0);
			},
			__wbg___wbindgen_boolean_get_4f1baf9a00be3c74: function(arg0) {
				let v = arg0, ret = typeof v == "boolean" ? v : void 0;
				return isLikeNone(ret) ? 16777215 : +!!ret;
			},
			__wbg___wbindgen_is_function_741ff2bb612836f5: function(arg0) {
				return typeof arg0 == "function";
			},
			__wbg___wbindgen_is_object_8b968c3ab8e96595: function(arg0) {
				let val = arg0;
				return typeof val == "object" && !!val;
			},
			__wbg___wbindgen_is_string_fc456fee5d3317de: function(arg0) {
				return typeof arg0 == "string";
			},
			__wbg___wbindgen_is_undefined_be5b34249ff1fc15: function(arg0) {
				return arg0 === void 0;
			},
			__wbg___wbindgen_number_get_934b640d0889af78: function(arg0, arg1) {
				let obj = arg1, ret = typeof obj == "number" ? obj : void 0;
				getDataViewMemory0().setFloat64((arg0 >>> 0) + 8, isLikeNone(ret) ? 0 : ret, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, !isLikeNone(ret), !0);
			},
			__wbg___wbindgen_string_get_7ce8eee7fd327545: function(arg0, arg1) {
				let obj = arg1, ret = typeof obj == "string" ? obj : void 0;
				var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len1 = WASM_VECTOR_LEN;
				getDataViewMemory0().setInt32((arg0 >>> 0) + 4, len1, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, ptr1, !0);
			},
			__wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
				throw Error(getStringFromWasm0(arg0, arg1));
			},
			__wbg__wbg_cb_unref_09736879a3f67559: function(arg0) {
				arg0._wbg_cb_unref();
			},
			__wbg_call_a410eb4b59ed5965: function() {
				return handleError(function(arg0, arg1, arg2) {
					return arg0.call(arg1, arg2);
				}, arguments);
			},
			__wbg_clearTimeout_3629d6209dfcc46e: function(arg0) {
				return clearTimeout(arg0);
			},
			__wbg_default_d2896447e909e76f: function() {
				return handleError(function(arg0, arg1) {
					let ret = canonicalize(arg1);
					var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len1 = WASM_VECTOR_LEN;
					getDataViewMemory0().setInt32((arg0 >>> 0) + 4, len1, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, ptr1, !0);
				}, arguments);
			},
			__wbg_entries_7bb1459bd9b5c2b9: function(arg0) {
				return Object.entries(arg0);
			},
			__wbg_from_eac91875c8a5ffa4: function(arg0) {
				return Array.from(arg0);
			},
			__wbg_get_2080c49015e35254: function() {
				return handleError(function(arg0, arg1) {
					return Reflect.get(arg0, arg1);
				}, arguments);
			},
			__wbg_get_d7176cfb76d71114: function(arg0, arg1) {
				return arg0[arg1 >>> 0];
			},
			__wbg_get_unchecked_e6325ad374eff861: function(arg0, arg1) {
				return arg0[arg1 >>> 0];
			},
			__wbg_interimOutputs_e0d92ff2ae71baca: function(arg0, arg1, arg2) {
				arg0.interimOutputs(getStringFromWasm0(arg1, arg2));
			},
			__wbg_length_b03a0fabb109b1e9: function(arg0) {
				return arg0.length;
			},
			__wbg_mask_0352ec6c6558769a: function(arg0, arg1, arg2) {
				arg0.mask(getStringFromWasm0(arg1, arg2));
			},
			__wbg_new_37eb45aaf5eeb820: function() {
				return [];
			},
			__wbg_new_7075786089b89c5e: function() {
				return new Map();
			},
			__wbg_new_cd4348290afae586: function() {
				return {};
			},
			__wbg_new_typed_e09da9dae6ee5935: function(arg0, arg1) {
				try {
					var state0 = {
						a: arg0,
						b: arg1
					};
					return new Promise((arg0, arg1) => {
						let a = state0.a;
						state0.a = 0;
						try {
							return wasm_bindgen__convert__closures_____invoke__h9b40fe072ec06310(a, state0.b, arg0, arg1);
						} finally {
							state0.a = a;
						}
					});
				} finally {
					state0.a = 0;
				}
			},
			__wbg_now_72de26a48e084740: function(arg0) {
				return arg0.now();
			},
			__wbg_parse_c3f72b5a24f83c01: function() {
				return handleError(function(arg0, arg1) {
					return JSON.parse(getStringFromWasm0(arg0, arg1));
				}, arguments);
			},
			__wbg_progress_2d4d486a74cba018: function(arg0, arg1, arg2) {
				arg0.progress(getStringFromWasm0(arg1, arg2));
			},
			__wbg_queueMicrotask_1e8503a8a690f0a3: function(arg0) {
				return arg0.queueMicrotask;
			},
			__wbg_queueMicrotask_4a1a4d8dd332373b: function(arg0) {
				queueMicrotask(arg0);
			},
			__wbg_random_71c7b8c9f30ab37a: function(arg0, arg1, arg2) {
				let ptr1 = passArray8ToWasm0(arg1.random(arg2 >>> 0), wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
				getDataViewMemory0().setInt32((arg0 >>> 0) + 4, len1, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, ptr1, !0);
			},
			__wbg_request_074aedeb6d30af0d: function() {
				return handleError(function(arg0, arg1) {
					return arg0.request(arg1);
				}, arguments);
			},
			__wbg_resolve_dbf78ab4942478b0: function(arg0) {
				return Promise.resolve(arg0);
			},
			__wbg_setTimeout_fbd69c6576710fc6: function() {
				return handleError(function(arg0, arg1) {
					return setTimeout(arg0, arg1);
				}, arguments);
			},
			__wbg_set_8282f7e0d2d01336: function(arg0, arg1, arg2) {
				return arg0.set(arg1, arg2);
			},
			__wbg_set_e4b9a833d288759a: function(arg0, arg1, arg2) {
				arg0[arg1] = arg2;
			},
			__wbg_static_accessor_GLOBAL_THIS_003ee833af9699fc: function() {
				let ret = typeof globalThis > "u" ? void 0 : globalThis;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_static_accessor_GLOBAL_e4293fb22cbe77da: function() {
				let ret = typeof global > "u" ? void 0 : global;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_static_accessor_SELF_53bb20457401453d: function() {
				let ret = typeof self > "u" ? void 0 : self;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_static_accessor_WINDOW_b5e0810bfecb7feb: function() {
				let ret = typeof window > "u" ? void 0 : window;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_then_656f253a5dd7d8ea: function(arg0, arg1, arg2) {
				return arg0.then(arg1, arg2);
			},
			__wbg_then_e3f7f2d365708be8: function(arg0, arg1) {
				return arg0.then(arg1);
			},
			__wbg_toString_6b1cac73c93ef5d1: function() {
				return handleError(function(arg0, arg1) {
					return arg0.toString(arg1);
				}, arguments);
			},
			__wbg_verifyRs256_1802377be5d33269: function() {
				return handleError(function(arg0, arg1, arg2, arg3, arg4, arg5, arg6) {
					return arg0.verifyRs256(getStringFromWasm0(arg1, arg2), getArrayU8FromWasm0(arg3, arg4), getArrayU8FromWasm0(arg5, arg6));
				}, arguments);
			},
			__wbindgen_generic_0000000000000001: function(arg0, arg1) {
				return makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h804f1f8d2d54bcd8);
			},
			__wbindgen_generic_0000000000000002: function(arg0, arg1) {
				return makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__hf7bc1b8ceb13073a);
			},
			__wbindgen_generic_0000000000000003: function(arg0) {
				return arg0;
			},
			__wbindgen_generic_0000000000000004: function(arg0, arg1) {
				return getStringFromWasm0(arg0, arg1);
			},
			__wbindgen_init_externref_table: function() {
				let table = wasm.__wbindgen_externrefs;
				table.set(0, void 0), table.set(1024, void 0), table.set(1025, null), table.set(1026, !0), table.set(1027, !1);
			}
		}
	};
}
function wasm_bindgen__convert__closures_____invoke__hf7bc1b8ceb13073a(arg0, arg1) {
	wasm.wasm_bindgen__convert__closures_____invoke__hf7bc1b8ceb13073a(arg0, arg1);
}
function wasm_bindgen__convert__closures_____invoke__h804f1f8d2d54bcd8(arg0, arg1, arg2) {
	let ret = wasm.wasm_bindgen__convert__closures_____invoke__h804f1f8d2d54bcd8(arg0, arg1, arg2);
	if (ret[1]) throw takeFromExternrefTable0(ret[0]);
}
function wasm_bindgen__convert__closures_____invoke__h9b40fe072ec06310(arg0, arg1, arg2, arg3) {
	wasm.wasm_bindgen__convert__closures_____invoke__h9b40fe072ec06310(arg0, arg1, arg2, arg3);
}
function addToExternrefTable0(obj) {
	let idx = wasm.__externref_table_alloc();
	return wasm.__wbindgen_externrefs.set(idx, obj), idx;
}
const CLOSURE_DTORS = typeof FinalizationRegistry > "u" ? {
	register: () => {},
	unregister: () => {}
} : new FinalizationRegistry((state) => wasm.__wbindgen_destroy_closure(state.a, state.b));
function getArrayU8FromWasm0(ptr, len) {
	return ptr >>>= 0, getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}
let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
	return (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === !0 || cachedDataViewMemory0.buffer.detached === void 0 && cachedDataViewMemory0.buffer !== wasm.memory.buffer) && (cachedDataViewMemory0 = new DataView(wasm.memory.buffer)), cachedDataViewMemory0;
}
function getStringFromWasm0(ptr, len) {
	return ptr >>>= 0, decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}
let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
	return (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) && (cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer)), cachedUint8ArrayMemory0;
}
function handleError(f, args) {
	try {
		return f.apply(this, args);
	} catch (e) {
		let idx = addToExternrefTable0(e);
		wasm.__wbindgen_exn_store(idx);
	}
}
function isLikeNone(x) {
	return x == null;
}
function makeMutClosure(arg0, arg1, f) {
	let state = {
		a: arg0,
		b: arg1,
		cnt: 1
	}, real = (...args) => {
		state.cnt++;
		let a = state.a;
		state.a = 0;
		try {
			return f(a, state.b, ...args);
		} finally {
			state.a = a, real._wbg_cb_unref();
		}
	};
	return real._wbg_cb_unref = () => {
		--state.cnt === 0 && (wasm.__wbindgen_destroy_closure(state.a, state.b), state.a = 0, CLOSURE_DTORS.unregister(state));
	}, CLOSURE_DTORS.register(real, state, state), real;
}
function passArray8ToWasm0(arg, malloc) {
	let ptr = malloc(arg.length * 1, 1) >>> 0;
	return getUint8ArrayMemory0().set(arg, ptr / 1), WASM_VECTOR_LEN = arg.length, ptr;
}
function passStringToWasm0(arg, malloc, realloc) {
	if (realloc === void 0) {
		let buf = cachedTextEncoder.encode(arg), ptr = malloc(buf.length, 1) >>> 0;
		return getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf), WASM_VECTOR_LEN = buf.length, ptr;
	}
	let len = arg.length, ptr = malloc(len, 1) >>> 0, mem = getUint8ArrayMemory0(), offset = 0;
	for (; offset < len; offset++) {
		let code = arg.charCodeAt(offset);
		if (code > 127) break;
		mem[ptr + offset] = code;
	}
	if (offset !== len) {
		offset !== 0 && (arg = arg.slice(offset)), ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
		let view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len), ret = cachedTextEncoder.encodeInto(arg, view);
		offset += ret.written, ptr = realloc(ptr, len, offset, 1) >>> 0;
	}
	return WASM_VECTOR_LEN = offset, ptr;
}
function takeFromExternrefTable0(idx) {
	let value = wasm.__wbindgen_externrefs.get(idx);
	return wasm.__externref_table_dealloc(idx), value;
}
let cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: !0 });
cachedTextDecoder.decode();
let numBytesDecoded = 0;
function decodeText(bytes) {
	return numBytesDecoded += bytes.length, numBytesDecoded >= 2146435072 && (cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: !0 }), cachedTextDecoder.decode(), numBytesDecoded = bytes.length), cachedTextDecoder.decode(bytes);
}
const cachedTextEncoder = new TextEncoder();
"encodeInto" in cachedTextEncoder || (cachedTextEncoder.encodeInto = function(arg, view) {
	let buf = cachedTextEncoder.encode(arg);
	return view.set(buf), {
		read: arg.length,
		written: buf.length
	};
});
let WASM_VECTOR_LEN = 0, wasm;
function __wbg_finalize_init(instance, module) {
	return wasm = instance.exports, cachedDataViewMemory0 = null, cachedUint8ArrayMemory0 = null, wasm.__wbindgen_start(), wasm;
}
function initSync(module) {
	if (wasm !== void 0) return wasm;
	module !== void 0 && (Object.getPrototypeOf(module) === Object.prototype ? {module} = module : console.warn("using deprecated parameters for `initSync()`; pass a single object instead"));
	let imports = __wbg_get_imports();
	return module instanceof WebAssembly.Module || (module = new WebAssembly.Module(module)), __wbg_finalize_init(new WebAssembly.Instance(module, imports), module);
}
// js/cli/core.js
function loadCore() {
	return (0, node_v8.setFlagsFromString)("--liftoff-only"), initSync({ module: (0, node_fs.readFileSync)((0, node_path.join)(__dirname, "dispatch_guard_bg.wasm")) }), {
		check: async (...args) => JSON.parse(await check(...args)),
		lint: (request, read) => JSON.parse(lint(JSON.stringify(request), read)),
		runTests: async (request, read, host) => JSON.parse(await runTests(JSON.stringify(request), read, host)),
		init: (request) => JSON.parse(init(JSON.stringify(request))),
		workflowStep: (workflow, job, read) => JSON.parse(workflowStep(workflow, job, read)),
		recordedDecision: (evidence) => JSON.parse(recordedDecision(evidence)),
		replay: async (evidence) => JSON.parse(await replay(evidence)),
		suggestion
	};
}
function unwrap(answer, about) {
	if (typeof answer == "object" && answer && "error" in answer) throw new require_main.UsageError(about === void 0 ? answer.error : `${about}: ${answer.error}`);
	return answer;
}
function unknownWord(message, word, known) {
	return new require_main.UsageError(`${message}${loadCore().suggestion(word, known.join("\n"))}`);
}
exports.loadCore = loadCore, exports.unknownWord = unknownWord, exports.unwrap = unwrap;
