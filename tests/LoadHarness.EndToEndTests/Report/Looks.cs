using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

/// <summary>
/// What is wrong with a page as it is laid out: in light, dark and print, at the widths of a telephone to a large screen.
/// </summary>
internal static class Looks
{
    public static IReadOnlyList<int> Widths { get; } = [Telephone, 768, 1280, 1920];

    private const int Telephone = 390;

    private static readonly (string Name, ColorScheme Scheme, Media Media)[] All =
        [("light", ColorScheme.Light, Media.Screen), ("dark", ColorScheme.Dark, Media.Screen), ("print", ColorScheme.Light, Media.Print)];

    private const int MostTold = 40;

    private static readonly AxeRunOptions Violations = new() { ResultTypes = [ResultType.Violations] };

    /// <summary>Asked again of the axe that is in the page: to bring it there takes as long as to run it.</summary>
    private const string Again = """
        async () => (await axe.run({ exclude: [['svg[role=img] *']] }, { resultTypes: ['violations'] })).violations
          .map(violation => `${violation.id}: ${violation.help}: ${violation.nodes[0].html}`)
        """;

    /// <summary>What is drawn in a picture is told by the picture's name.</summary>
    private static readonly AxeRunContext OutsidePictures = new() { Exclude = [new("svg[role=img] *")] };

    /// <summary>
    /// Text that is too small, cut, broken inside a word or that runs into other text of its chart or into its plot, what sticks out of the
    /// window, lists that hide their end, and tables that scroll sideways where there is room.
    /// </summary>
    private const string Layout = """
        ({ width, print }) => {
          const faults = [], all = (selector, from = document) => [...from.querySelectorAll(selector)];
          if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
          for (const box of width >= 1280 ? all('.scroll') : [])
            if (box.scrollWidth > box.clientWidth + 1) faults.push(`scrolls sideways: ${box.getAttribute('aria-label')}`);
          for (const box of all('body *'))
            if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 1 && getComputedStyle(box).overflowX !== 'visible'
                && !box.matches('.scroll, input')) faults.push(`hides its end: ${box.tagName}.${box.className}`);
          if (!print) for (const cell of all('td.n, tbody th:not(:has(details))')) {
            if (cell.closest('table').classList.contains('targets') && cell.tagName === 'TH') continue;
            const range = document.createRange();
            range.selectNodeContents(cell);
            const lines = new Set([...range.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top / 4))).size;
            const said = cell.textContent.trim(), words = said.split(/[\s_\/:,.-]+/).length;
            if (lines > words) faults.push(`broken inside a word: ${said} in ${cell.closest('table').caption?.textContent}`);
          }
          for (const drawing of all('svg[role=img]')) {
            if (!drawing.checkVisibility()) continue;
            const frame = drawing.getBoundingClientRect();
            if (frame.width === 0) { faults.push(`not drawn: ${drawing.getAttribute('aria-label')}`); continue; }
            const texts = all('text', drawing).map(text => ({ text, box: text.getBoundingClientRect() }))
              .filter(({ box }) => box.width > 0);
            const plot = drawing.classList.contains('scaled') && drawing.querySelector('svg.area').getBoundingClientRect();
            texts.forEach(({ text, box }, index) => {
              const where = `"${text.textContent}" in ${drawing.getAttribute('aria-label')}`;
              if (parseFloat(getComputedStyle(text).fontSize) < 11) faults.push(`small: ${where}`);
              if (box.left < frame.left - 1 || box.right > frame.right + 1) faults.push(`cut: ${where}`);
              if (text.textContent.endsWith('…')) faults.push(`shortened: ${where}`);
              if (plot && (text.matches('.height') && box.right > plot.left + 1
                  || text.matches('.end') && !print && width > 640 && box.left < plot.right - 1)) faults.push(`lies on the plot: ${where}`);
              for (const other of texts.slice(index + 1))
                if (Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left) > 1
                    && Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top) > 4)
                  faults.push(`collides with "${other.text.textContent}": ${where}`);
            });
          }
          return faults;
        }
        """;

    /// <summary>Rows that are made alike are looked at once: thousands of them would take the time of all other tests.</summary>
    private const string LeaveOutRepeated = "document.querySelectorAll('figure tbody tr:nth-child(n+3)').forEach(row => row.remove())";

    /// <summary>
    /// Of neighbours made alike, by tags, classes and names of attributes all the way down, two stay: axe says of each what it says of the
    /// others. Cells stay: a row without some would be no row of its table.
    /// </summary>
    private const string LeaveOutAlike = """
        (function shapeOf(node) {
          if (node.nodeType === Node.TEXT_NODE) return node.data.trim() && 'text';
          if (node.nodeType !== Node.ELEMENT_NODE) return '';
          const own = node.tagName + '.' + (node.getAttribute('class') ?? '') + [...node.attributes].map(each => each.name).sort();
          if (node.tagName === 'svg') return `<${own}>`;
          const seen = new Map(), kept = [];
          for (const child of [...node.childNodes]) {
            const shape = shapeOf(child);
            seen.set(shape, (seen.get(shape) ?? 0) + 1);
            if (child.nodeType !== Node.ELEMENT_NODE || seen.get(shape) <= 2 || child.matches('td, th')) kept.push(shape);
            else child.remove();
          }
          return `<${own}${kept.join('')}>`;
        })(document.body)
        """;

    public static async Task AssertAsync(IPage page)
    {
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(fold => fold.open = true)");
        await page.EvaluateAsync(LeaveOutRepeated);
        List<string> faults =
        [
            // The whole page once, as it is opened: names that two places share are seen there.
            .. await AxeAsync(page),
            .. await OfEachLookAsync(page, async (width, print) => await page.EvaluateAsync<string[]>(Layout, new { width, print })),
        ];
        await page.EvaluateAsync(LeaveOutAlike);
        faults.AddRange(await OfEachLookAsync(page, async (_, _) => await page.EvaluateAsync<string[]>(Again)));
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(MostTold)));
    }

    private static async Task<IEnumerable<string>> AxeAsync(IPage page) => (await page.RunAxe(OutsidePictures, Violations)).Violations
        .Select(violation => $"{violation.Id}: {violation.Help}: {violation.Nodes[0].Html}");

    private static async Task<List<string>> OfEachLookAsync(IPage page, Func<int, bool, Task<IEnumerable<string>>> faultsOf)
    {
        var faults = new List<string>();
        foreach (var (name, scheme, media) in All)
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, Media = media });
            // No paper is as narrow as a telephone.
            foreach (var width in Widths.Where(width => media == Media.Screen || width != Telephone))
            {
                await page.SetViewportSizeAsync(width, 900);
                faults.AddRange((await faultsOf(width, media == Media.Print)).Select(fault => $"{name}, {width}: {fault}"));
            }
        }
        return faults;
    }

    /// <summary>Links that lead nowhere, and places that have one name.</summary>
    public static Task<string[]> LooseLinksAsync(IPage page) => page.EvaluateAsync<string[]>("""
        [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href'))
          .filter(href => !document.getElementById(href.slice(1)))
          .concat([...document.querySelectorAll('[id]')].map(e => e.id).filter((id, index, all) => all.indexOf(id) !== index))
        """);
}
