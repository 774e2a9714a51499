/** The templates of the HTML report. Everything in `<%= %>` is escaped; `<%~ %>` is only for other templates and our style sheet. */

export const PAGE = `<!doctype html>
<html lang="<%= it.page.lang %>">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="<%= it.policy %>">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title><%= it.page.title %> · <%= it.page.kicker %></title>
<style><%~ it.style %></style>
</head>
<body>
<header>
<p class="kicker"><%= it.page.kicker %></p>
<h1><%= it.page.title %></h1>
<% if (it.page.alarm !== undefined) { %>
<p class="alarm"><%= it.page.alarm %></p>
<% } %>
</header>
<nav aria-label="<%= it.words.contents %>">
<ul>
<% for (const section of it.page.sections) { %>
<li><a href="#<%= section.id %>"><%= section.title %></a></li>
<% } %>
</ul>
</nav>
<main>
<% for (const section of it.page.sections) { %>
<section id="<%= section.id %>" aria-labelledby="<%= section.id %>-title">
<h2 id="<%= section.id %>-title"><%= section.title %></h2>
<% const charts = section.blocks.some((block) => block.kind === 'chart'); %>
<% if (charts) { %><div class="charts"><% } %>
<% for (const [number, block] of section.blocks.entries()) { %>
<% if (block.kind === 'note') { %>
<p class="quiet"><%= block.text %></p>
<% } else if (block.kind === 'list') { %>
<ul class="lines">
<% for (const item of block.items) { %>
<li<% if (item.tone !== undefined) { %> class="<%= item.tone %>"<% } %>><%= item.text %></li>
<% } %>
</ul>
<% } else if (block.kind === 'facts') { %>
<dl>
<% for (const row of block.rows) { %>
<div><dt><%= row.label %></dt><dd<% if (row.tone !== undefined) { %> class="<%= row.tone %>"<% } %>><%= row.value %></dd></div>
<% } %>
</dl>
<% } else if (block.kind === 'table') { %>
<div class="wide" role="region" tabindex="0" aria-labelledby="<%= section.id %>-table-<%= number %>">
<table>
<caption id="<%= section.id %>-table-<%= number %>"><%= block.caption %></caption>
<thead><tr><% for (const cell of block.head) { %><th scope="col"><%= cell %></th><% } %></tr></thead>
<tbody>
<% for (const row of block.rows) { %>
<tr><% for (const [index, cell] of row.entries()) { %><% if (index === 0) { %><th scope="row"><%= cell.text %></th><% } else { %><td<% if (cell.tone !== undefined) { %> class="<%= cell.tone %>"<% } %>><%= cell.text %></td><% } %><% } %></tr>
<% } %>
</tbody>
</table>
</div>
<% } else if (block.kind === 'entries') { %>
<ol class="entries">
<% for (const entry of block.items) { %>
<li class="<%= entry.tone %>">
<p class="when"><time><%= entry.time %></time> <span class="tone"><%= entry.toneWord %></span><% if (entry.by !== undefined) { %> <span class="by"><%= entry.by %></span><% } %></p>
<p><%= entry.text %></p>
<% if (entry.evidence.length > 0) { %>
<dl class="evidence">
<% for (const item of entry.evidence) { %>
<div><dt><%= item.label %></dt><dd><%= item.value %></dd></div>
<% } %>
</dl>
<% } %>
</li>
<% } %>
</ol>
<% } else if (block.kind === 'chart') { %>
<%~ include('@chart', { drawing: block.drawing, words: it.words }) %>
<% } else if (block.kind === 'blank') { %>
<% if (block.known.length > 0) { %>
<ul class="lines"><% for (const words of block.known) { %><li><%= words %></li><% } %></ul>
<% } %>
<ul class="prompts"><% for (const words of block.prompts) { %><li><%= words %></li><% } %></ul>
<div class="blank"><p><%= it.words.write %></p></div>
<% } %>
<% } %>
<% if (charts) { %></div><% } %>
</section>
<% } %>
</main>
</body>
</html>
`

export const CHART = `<% const d = it.drawing; %>
<figure>
<figcaption id="chart-<%= d.id %>"><%= d.title %> <span class="quiet"><%= d.description %></span></figcaption>
<svg viewBox="0 0 <%= d.width %> <%= d.height %>" role="img" aria-labelledby="chart-<%= d.id %>">
<% for (const g of d.grid) { %><line class="grid" x1="<%= g.x1 %>" y1="<%= g.y1 %>" x2="<%= g.x2 %>" y2="<%= g.y2 %>"/><% } %>
<% for (const b of d.bars) { %><rect class="bar <%= b.tone %>" x="<%= b.x %>" y="<%= b.y %>" width="<%= b.width %>" height="<%= b.height %>" rx="2"/><% } %>
<% for (const path of d.curves) { %><path class="curve" d="<%= path %>"/><% } %>
<% for (const p of d.dots) { %><circle class="dot" cx="<%= p.x %>" cy="<%= p.y %>" r="3"/><% } %>
<% for (const t of d.labels) { %><text x="<%= t.x %>" y="<%= t.y %>" text-anchor="<%= t.anchor %>"><%= t.text %></text><% } %>
</svg>
<details>
<summary><%= it.words.table %><span class="away">: <%= d.title %></span></summary>
<table>
<caption class="away"><%= d.title %></caption>
<thead><tr><% for (const cell of d.head) { %><th scope="col"><%= cell %></th><% } %></tr></thead>
<tbody>
<% for (const row of d.rows) { %>
<tr><% for (const [index, cell] of row.entries()) { %><% if (index === 0) { %><th scope="row"><%= cell %></th><% } else { %><td><%= cell %></td><% } %><% } %></tr>
<% } %>
</tbody>
</table>
</details>
</figure>
`
