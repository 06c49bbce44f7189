// How the pages of the reference look: the colours of the sign-in page; below 48rem the rows of a table become cards.

export const STYLE = `
:root{color-scheme:light dark;--bg:#f2f4f7;--card:#fff;--text:#1f2329;--soft:#5c6570;--line:#d5d9e0;--brand:#0958d9;--quiet:#eef0f4;--edge:#7d8694;--wrong:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#0f1216;--card:#1a1e24;--text:#e8eaed;--soft:#a4acb8;--line:#363d47;--brand:#7fb0ff;--quiet:#252a32;--edge:#7c8694;--wrong:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;padding:0 1rem 3rem;background:var(--bg);color:var(--text);font:16px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
header,main{max-width:70rem;margin:0 auto}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;padding:1rem 0;font-size:.9375rem;color:var(--soft)}
header nav{min-width:0}
.tools{margin:0;display:flex;gap:1rem}
main{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:2rem}
h1{font-size:1.7rem;line-height:1.3;margin:0 0 .75rem}
h2{font-size:1.25rem;line-height:1.4;margin:2.5rem 0 .5rem}
h3{font-size:1.05rem;margin:1.75rem 0 .35rem}
h2,h3{scroll-margin-top:1rem}
p{margin:.5rem 0}
ul{margin:.5rem 0;padding-left:1.25rem}
a{color:var(--brand)}
a:focus-visible,pre:focus-visible{outline:3px solid var(--brand);outline-offset:2px;border-radius:2px}
code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace;background:var(--quiet);border-radius:4px;padding:.1em .3em}
pre{margin:.75rem 0;padding:.9rem 1rem;background:var(--quiet);border-radius:8px;white-space:pre-wrap}
pre code{background:none;padding:0}
details{margin:.75rem 0}
summary{cursor:pointer;font-weight:600}
summary:focus-visible{outline:3px solid var(--brand);outline-offset:2px;border-radius:2px}
.search{position:relative;flex:1 1 100%;display:flex;gap:.5rem}
.search input{flex:1;font-family:inherit}
.search button{padding:.4rem .9rem}
.found{position:absolute;z-index:1;top:100%;left:0;right:0;margin:.25rem 0 0;padding:.35rem;list-style:none;background:var(--card);border:1px solid var(--edge);border-radius:8px;max-height:60vh;overflow:auto}
.found a{display:block;padding:.35rem .5rem;border-radius:6px;text-decoration:none;color:var(--text)}
.found a:hover,.found a:focus-visible{background:var(--quiet)}
[hidden]{display:none!important}
.inputs,.sender{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.75rem 1rem;margin:.75rem 0}
.inputs label,.sender label{display:flex;flex-direction:column;gap:.2rem;min-width:0}
.inputs .wide,.inputs p,.sender .wide,.sender p{grid-column:1/-1;margin:0}
label>span{font-size:.875rem;color:var(--soft)}
input,textarea{width:100%;min-width:0;padding:.45rem .6rem;border:1px solid var(--edge);border-radius:6px;background:var(--card);color:var(--text);font:.9375rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
input:focus-visible,textarea:focus-visible,button:focus-visible{outline:3px solid var(--brand);outline-offset:1px}
button{justify-self:start;padding:.5rem 1.1rem;border:0;border-radius:6px;background:var(--brand);color:var(--card);font:inherit;font-weight:600;cursor:pointer}
button:disabled{opacity:.6;cursor:default}
.problem{color:var(--wrong)}
.problem:empty{display:none}
.soft{color:var(--soft)}
.contents{margin:1rem 0 0;padding:.6rem 0;border-block:1px solid var(--line)}
.contents ul{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
table{width:100%;margin:.75rem 0;border-collapse:collapse;font-size:.9375rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.55rem .75rem .55rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:400;min-width:9rem}
td{min-width:6.5rem}
.label{display:none}
@media(max-width:48rem){
main{padding:1.25rem 1rem}
table,tbody,tr,tbody th,td{display:block}
thead{display:none}
tr{padding:.6rem 0;border-bottom:1px solid var(--line)}
tbody th,td{border:0;padding:.15rem 0;min-width:0}
td:empty{display:none}
.label{display:block;margin-top:.25rem;font-size:.8125rem;color:var(--soft)}
}
@media print{
:root{--bg:#fff;--card:#fff;--text:#000;--soft:#444;--line:#bbb;--brand:#000;--quiet:#f4f4f4;--edge:#777;color-scheme:light}
body{padding:0;font-size:11pt}
main{border:0;padding:0;max-width:none}
.tools,.search,.contents,.inputs,.sender,.exchange{display:none}
/* Paper cannot be clicked. */
details::details-content{content-visibility:visible;block-size:auto}

h2,h3{break-after:avoid}
tr,pre{break-inside:avoid}
}
`;
