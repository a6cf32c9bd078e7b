"use strict";

const { Buffer } = require("node:buffer");
const fs = require("node:fs");
const path = require("node:path");
const { crc32 } = require("node:zlib");

/**
 * The file in which `codeCache.js` keeps modules: four bytes with the length of an index, the index as JSON, and the bytes that it points
 * into. One file is read in the time that it takes to open ten.
 */

const lengthBytes = 4;

/** What the entries are made of; another number makes all of them anew. */
const format = 2;

/** V8 refuses what another Node compiled, and packages are resolved by what these say. */
const circumstances = [
    format,
    process.version,
    process.arch,
    process.env.NODE_OPTIONS,
    process.env.NODE_PATH,
    ...process.execArgv,
].join(" ");

const nothing = { modules: {}, bytes: Buffer.alloc(0) };

/** What an earlier process kept; nothing where there is no such file, or a damaged one. */
function read(file) {
    try {
        const content = fs.readFileSync(file);
        const start = lengthBytes + content.readUInt32LE(0);
        const index = JSON.parse(content.utf8Slice(lengthBytes, start));
        const bytes = content.subarray(start);
        return index.circumstances === circumstances && index.checksum === crc32(bytes) ? { ...index, bytes } : nothing;
    } catch {
        return nothing;
    }
}

/** Puts the file in place at once, so that nobody ever reads half of it. */
function write(file, installed, entries) {
    const parts = [];
    let length = 0;
    const place = (added) => {
        parts.push(added);
        length += added.length;
        return { at: length - added.length, length: added.length };
    };
    const modules = {};
    for (const { name, stamp, text, code, imports } of entries) {
        modules[name] = { stamp, text: place(text), code: place(code), imports };
    }
    const bytes = Buffer.concat(parts);
    // V8 trusts what it is given: damaged code would end the process, or never end.
    const index = Buffer.from(JSON.stringify({ circumstances, checksum: crc32(bytes), installed, modules }));
    const head = Buffer.alloc(lengthBytes);
    head.writeUInt32LE(index.length);
    const temporary = `${file}.${process.pid}`;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, Buffer.concat([head, index, bytes]), { flush: true });
    fs.renameSync(temporary, file);
}

/** The bytes that an entry of the index points to. */
function part({ bytes }, { at, length }) {
    return bytes.subarray(at, at + length);
}

module.exports = { read, write, part };
