#!/usr/bin/env node
'use strict'
// Starts the built program: loads its pieces as they are asked for, those of every start from one
// pack, with the code that V8 compiled when it was built. V8 itself refuses that code in another
// version, on another machine or with other flags; then, or when it is missing, it compiles anew.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { Script } = require('node:vm')

const dist = join(__dirname, '..', 'dist')
const pieces = Object.create(null)
const places = Object.create(null)
const loaded = Object.create(null)

function load(id) {
  if (!id.startsWith('./')) return require(id)
  const name = id.slice(2)
  if (loaded[name] !== undefined) return loaded[name].exports
  if (places[name] !== undefined && pieces[name] === undefined) open(places[name])
  const filename = join(dist, name)
  const piece = pieces[name] ?? compile(filename, readFileSync(filename, 'latin1'))
  const module = { exports: {}, url: String(pathToFileURL(filename)) }
  loaded[name] = module
  piece(module.exports, load, module)
  return module.exports
}

function open(pack) {
  const filename = join(dist, pack)
  const source = readFileSync(filename, 'latin1')
  // The name holds a digest of the source: code compiled of another one is never looked at.
  const cache = filename.replace(/\.js$/, `-${source.slice(2, 18)}.cache`)
  const made = compile(filename, source, readIfThere(cache))
  Object.assign(pieces, made.pieces)
  Object.assign(places, made.places)
}

function compile(filename, source, cachedData) {
  return new Script(source, { filename, cachedData }).runInThisContext()
}

function readIfThere(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

try {
  open('main.js')
} catch (error) {
  if (error.code !== 'ENOENT') throw error
  process.stderr.write('mts is not built yet: npm run build\n')
  process.exit(70)
}
load('./entry.js').start()
