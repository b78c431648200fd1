using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

/// <summary>
/// What is wrong with a page as it is laid out: in light, dark and print, at the widths of a telephone to a large screen.
/// </summary>
internal static class Looks
{
    /// <summary>The first look is a whole one: it brings axe into the page.</summary>
    public static IReadOnlyList<int> Widths { get; } = [1280, Telephone, 768, 1920];

    private const int Telephone = 390;

    private static readonly (string Name, ColorScheme Scheme, Media Media)[] All =
        [("light", ColorScheme.Light, Media.Screen), ("dark", ColorScheme.Dark, Media.Screen), ("print", ColorScheme.Light, Media.Print)];

    private const int MostTold = 40;

    private static readonly AxeRunOptions Whole = new() { ResultTypes = [ResultType.Violations] };

    /// <summary>What another width can break, asked of the axe that is in the page: colours and names are those of the other widths.</summary>
    private const string OfWidth = """
        async () => (await axe.run({ exclude: [['svg[role=img] *']] }, { runOnly: ['scrollable-region-focusable'] })).violations
          .map(violation => `${violation.id}: ${violation.help}: ${violation.nodes[0].html}`)
        """;

    /// <summary>What is drawn in a picture is told by the picture's name.</summary>
    private static readonly AxeRunContext OutsidePictures = new() { Exclude = [new("svg[role=img] *")] };

    /// <summary>axe takes seconds for each look: once in light, dark and print; in every look with LOADHARNESS_EVERY_LOOK=1.</summary>
    private static bool IsWhole(string look, int width) => (look, width) is ("light", 1280) or ("dark", Telephone) or ("print", 768)
        || Environment.GetEnvironmentVariable("LOADHARNESS_EVERY_LOOK") == "1";

    /// <summary>
    /// Text that is too small, cut, broken inside a word or that runs into other text of its chart, what sticks out of the window, and
    /// tables that scroll sideways where there is room.
    /// </summary>
    private const string Layout = """
        ({ width, print }) => {
          const faults = [], all = (selector, from = document) => [...from.querySelectorAll(selector)];
          if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
          for (const box of width >= 1280 ? all('.scroll') : [])
            if (box.scrollWidth > box.clientWidth + 1) faults.push(`scrolls sideways: ${box.getAttribute('aria-label')}`);
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
            const texts = all('text', drawing).map(text => ({ text, box: text.getBoundingClientRect() }));
            texts.forEach(({ text, box }, index) => {
              const where = `"${text.textContent}" in ${drawing.getAttribute('aria-label')}`;
              if (parseFloat(getComputedStyle(text).fontSize) < 11) faults.push(`small: ${where}`);
              if (box.left < frame.left - 1 || box.right > frame.right + 1) faults.push(`cut: ${where}`);
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

    public static async Task AssertAsync(IPage page)
    {
        var faults = await FaultsAsync(page);
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(MostTold)));
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(IPage page)
    {
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(fold => fold.open = true)");
        await page.EvaluateAsync(LeaveOutRepeated);
        var faults = new List<string>();
        foreach (var (name, scheme, media) in All)
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, Media = media });
            foreach (var width in Widths)
            {
                await page.SetViewportSizeAsync(width, 900);
                // No paper is as narrow as a telephone.
                if (media == Media.Screen || width > Telephone)
                    faults.AddRange((await page.EvaluateAsync<string[]>(Layout, new { width, print = media == Media.Print }))
                        .Select(fault => $"{name}, {width}: {fault}"));
                faults.AddRange((await ViolationsAsync(page, IsWhole(name, width))).Select(violation => $"{name}, {width}: {violation}"));
            }
        }
        return faults;
    }

    private static async Task<IEnumerable<string>> ViolationsAsync(IPage page, bool whole) => whole
        ? (await page.RunAxe(OutsidePictures, Whole)).Violations
            .Select(violation => $"{violation.Id}: {violation.Help}: {violation.Nodes[0].Html}")
        : await page.EvaluateAsync<string[]>(OfWidth);

    /// <summary>Links that lead nowhere, and places that have one name.</summary>
    public static Task<string[]> LooseLinksAsync(IPage page) => page.EvaluateAsync<string[]>("""
        [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href'))
          .filter(href => !document.getElementById(href.slice(1)))
          .concat([...document.querySelectorAll('[id]')].map(e => e.id).filter((id, index, all) => all.indexOf(id) !== index))
        """);
}
