/** The page's style sheet. Light and dark follow the system. */
export const style = `
:root { color-scheme: light dark;
  --back: light-dark(#fafafa, #0b0b0c); --card: light-dark(#fff, #151517); --line: light-dark(#e4e4e7, #2a2a2e);
  --text: light-dark(#18181b, #ececef); --quiet: light-dark(#62626b, #9d9da8); --link: light-dark(#0b57d0, #7ab2ff);
  --good: light-dark(#0f7b3e, #45d483); --bad: light-dark(#c02626, #ff7a7a); --busy: light-dark(#9a5b00, #f5b54a);
  --code: light-dark(#f1f1f3, #202024) }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
a { color: var(--link); text-decoration: none } a:hover { text-decoration: underline }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px }
code, pre { font: .86em/1.55 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace }
h1 { font-size: 1.15rem; margin: 0; letter-spacing: -.01em } h2 { font-size: .95rem; margin: 0 }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere }
p { margin: .35rem 0 } ul { list-style: none; margin: 0; padding: 0 }
body > header { border-bottom: 1px solid var(--line); background: var(--card); padding: .9rem clamp(1rem, 4vw, 2.5rem) }
body > header > div, main { max-width: 82rem; margin: 0 auto }
.top { display: flex; gap: .4rem 1.2rem; align-items: center; flex-wrap: wrap }
.logo { width: 1.5rem; height: 1.5rem; flex: none } .grow { flex: 1; min-width: 0; overflow-wrap: anywhere }
.push { color: var(--quiet); font-size: .85rem; overflow-wrap: anywhere; margin: .5rem 0 0 }
main { padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 4rem; display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr) }
@media (min-width: 62rem) { main { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr) } }
.column { display: grid; gap: 2rem; align-content: start; min-width: 0 }
.title { display: flex; justify-content: space-between; align-items: center; gap: 1rem; margin-bottom: .7rem; min-height: 2rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; min-width: 0 }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); align-items: start }
#pulls { display: grid; gap: .8rem } #pulls .card:target { border-color: var(--link) }
.rows { background: var(--card); border: 1px solid var(--line); border-radius: 12px }
.rows > li { padding: .55rem .9rem; border-top: 1px solid var(--line) } .rows > li:first-child { border-top: 0 }
.line, .rows summary { display: flex; gap: .6rem; align-items: center; justify-content: space-between }
.rows summary { justify-content: start } .rows small { color: var(--quiet); white-space: nowrap }
.service { margin: .6rem 0 .3rem; display: flex; gap: .6rem; align-items: center; flex-wrap: wrap }
.address { font-weight: 600; overflow-wrap: anywhere } .pull { color: inherit; font-weight: 600; overflow-wrap: anywhere }
.quiet { color: var(--quiet); font-size: .88rem; overflow-wrap: anywhere } .fault { color: var(--bad); font-size: .88rem; overflow-wrap: anywhere }
.quiet a { color: inherit; text-decoration: underline } .empty { color: var(--quiet); border: 1px dashed var(--line); border-radius: 12px; padding: 1.2rem; margin: 0 }
.badge { display: inline-flex; align-items: center; gap: .4em; font-size: .8rem; font-weight: 600; white-space: nowrap; color: var(--quiet) }
.badge::before { content: ""; width: .6em; height: .6em; border-radius: 50%; background: currentColor }
.badge.good { color: var(--good) } .badge.bad { color: var(--bad) } .badge.busy { color: var(--busy) }
.badge.busy::before { animation: beat 1s ease-in-out infinite alternate } @keyframes beat { to { opacity: .25 } }
@media (prefers-reduced-motion: reduce) { .badge.busy::before { animation: none } }
.label { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6em; font-size: .8rem }
details > summary { cursor: pointer; font-size: .9rem } .card details { margin-top: .4rem; color: var(--quiet) }
.log { background: var(--code); color: var(--text); border-radius: 8px; padding: .7rem .9rem; margin: .5rem 0; overflow: auto; max-height: 22rem; white-space: pre-wrap; overflow-wrap: anywhere }
.rows h3 { font-size: .85rem; color: var(--quiet); margin: .8rem 0 .3rem }
.comment { border: 1px solid var(--line); border-radius: 8px; margin: .8rem 0; overflow: hidden }
.comment .by { margin: 0; padding: .4rem .9rem; background: var(--code); font-size: .85rem; color: var(--quiet) } .by b { color: var(--text) }
.markdown { overflow-wrap: anywhere } .comment .markdown { padding: .5rem .9rem .7rem }
.markdown h1, .markdown h2, .markdown h3 { font-size: 1.05rem; margin: .5rem 0; color: inherit }
.markdown pre { background: var(--code); padding: .7rem; border-radius: 8px; overflow: auto } .markdown code { background: var(--code); padding: .1em .35em; border-radius: 4px }
.markdown pre code { padding: 0 } .markdown ul, .markdown ol { list-style: revert; padding-left: 1.5rem } .markdown sub { font-size: .8em; vertical-align: baseline; color: var(--quiet) }
.markdown table { border-collapse: collapse; display: block; overflow: auto } .markdown td, .markdown th { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left }
.markdown blockquote { margin: .5rem 0; padding-left: .8rem; border-left: 3px solid var(--line); color: var(--quiet) } .markdown img { max-width: 100% }
.buttons { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; margin-top: .8rem } .buttons form { display: flex; gap: .5rem; flex: 1 1 14rem }
button, input { font: inherit; font-size: .86rem; padding: .3rem .75rem; border-radius: 7px; border: 1px solid var(--line); background: var(--card); color: var(--text) }
button { cursor: pointer; font-weight: 500 } button:hover { background: var(--code) } button:disabled { opacity: .5; cursor: wait } input { flex: 1; min-width: 6rem }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
#live { color: var(--quiet); font-size: .85rem } #live.off { color: var(--bad) } #said { color: var(--bad); font-size: .88rem; margin: 0 }
`;
