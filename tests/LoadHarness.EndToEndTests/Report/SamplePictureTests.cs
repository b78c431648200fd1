namespace LoadHarness.EndToEndTests.Report;

/// <summary>
/// docs/report.png is the first screen of the page in reports/sample. Renew it: LOADHARNESS_RENEW=1 with this class's tests.
/// </summary>
public sealed class SamplePictureTests(SharedBrowser browser) : PageTests(browser)
{
    private const int Width = 1280;
    private const int Height = 1000;

    [Fact]
    public async Task The_picture_in_the_documents_is_the_first_screen_of_the_sample()
    {
        var window = await OpenAsync(Repository.File("reports", "sample", "report.html"), Width, height: Height);
        var taken = await window.ScreenshotAsync();
        var kept = Repository.File("docs", "report.png");
        if (Environment.GetEnvironmentVariable("LOADHARNESS_RENEW") == "1") await File.WriteAllBytesAsync(kept, taken, Stop);

        var difference = await window.EvaluateAsync<double>(
            Difference, new[] { taken, await File.ReadAllBytesAsync(kept, Stop) }.Select(Convert.ToBase64String).ToArray());

        Assert.True(difference < 0.1, $"docs/report.png differs from the sample's first screen in {difference:P0} of its fields. Renew "
            + $"it: LOADHARNESS_RENEW=1 with the tests of SamplePictureTests.");
    }

    /// <summary>
    /// The share of 32 by 25 fields whose brightness differs by more than a tenth: fonts of another machine move letters, not blocks.
    /// </summary>
    private const string Difference = """
        async pictures => {
          const fields = await Promise.all(pictures.map(async picture => {
            const image = new Image();
            image.src = `data:image/png;base64,${picture}`;
            await image.decode();
            const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 25 }), context = canvas.getContext('2d');
            context.imageSmoothingQuality = 'high';
            context.drawImage(image, 0, 0, 32, 25);
            const { data } = context.getImageData(0, 0, 32, 25);
            return Array.from({ length: 32 * 25 }, (_, field) => (data[4 * field] + data[4 * field + 1] + data[4 * field + 2]) / 765);
          }));
          return fields[0].filter((one, field) => Math.abs(one - fields[1][field]) > 0.1).length / fields[0].length;
        }
        """;
}
