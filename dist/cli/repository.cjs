"use strict";
const require_input = require("./input.cjs"), require_main = require("./main.cjs");
let node_fs = require("node:fs"), node_path = require("node:path");
// js/cli/repository.js
const WORKFLOWS = ".github/workflows";
function findRoot() {
	for (let directory = process.cwd();; directory = (0, node_path.dirname)(directory)) {
		if ((0, node_fs.existsSync)((0, node_path.join)(directory, ".git")) || (0, node_fs.existsSync)((0, node_path.join)(directory, ".github"))) return directory;
		if ((0, node_path.dirname)(directory) === directory) return process.cwd();
	}
}
function pathInRepository(root, file) {
	return (isInside(root, (0, node_path.resolve)(file)) ? (0, node_path.relative)(root, (0, node_path.resolve)(file)) : file).replaceAll(node_path.sep, "/");
}
function isInside(root, file) {
	let path = (0, node_path.relative)(root, file);
	return path !== ".." && !path.startsWith(`..${node_path.sep}`) && !(0, node_path.isAbsolute)(path);
}
function repositoryFiles(root) {
	let known = new Map();
	return (path) => (known.has(path) || known.set(path, readOptional(root, path)), known.get(path));
}
function readOptional(root, path) {
	let file = (0, node_path.resolve)(root, path);
	if (isInside(root, file)) try {
		return require_input.readText(file, `the file \`${path}\``);
	} catch (error) {
		if (error instanceof require_main.UsageError) return;
		throw error;
	}
}
function workflowFiles(root) {
	let directory = (0, node_path.join)(root, WORKFLOWS);
	return ((0, node_fs.existsSync)(directory) ? (0, node_fs.readdirSync)(directory).sort() : []).filter((name) => /\.ya?ml$/.test(name)).map((name) => `${WORKFLOWS}/${name}`);
}
Object.defineProperty(exports, "WORKFLOWS", {
	enumerable: !0,
	get: function() {
		return WORKFLOWS;
	}
}), Object.defineProperty(exports, "findRoot", {
	enumerable: !0,
	get: function() {
		return findRoot;
	}
}), Object.defineProperty(exports, "pathInRepository", {
	enumerable: !0,
	get: function() {
		return pathInRepository;
	}
}), Object.defineProperty(exports, "repositoryFiles", {
	enumerable: !0,
	get: function() {
		return repositoryFiles;
	}
}), Object.defineProperty(exports, "workflowFiles", {
	enumerable: !0,
	get: function() {
		return workflowFiles;
	}
});
