using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;
using Fluid.Values;

namespace LoadHarness.Reporting.Page;

/// <summary>The embedded Liquid templates. Whatever a model holds as a string is escaped; there is no way for a template to switch that off by accident.</summary>
internal static class Template
{
    private static readonly FluidParser Parser = new();
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly ConcurrentDictionary<string, IFluidTemplate> Parsed = new();
    private static readonly TemplateOptions Options = CreateOptions();

    /// <exception cref="InvalidOperationException">There is no such template, or it is not valid Liquid: a fault of the build.</exception>
    public static Html Render(string name, object model)
    {
        var template = Parsed.GetOrAdd(name, Parse);
        return new(template.Render(new TemplateContext(model, Options), Encoder));
    }

    public static string Resource(string fileName)
    {
        using var stream = typeof(Template).Assembly.GetManifestResourceStream(fileName)
            ?? throw new InvalidOperationException($"{fileName} is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static IFluidTemplate Parse(string name) =>
        Parser.TryParse(Resource($"{name}.liquid"), out var template, out var error)
            ? template
            : throw new InvalidOperationException($"{name}.liquid: {error}");

    private static TemplateOptions CreateOptions()
    {
        var options = new TemplateOptions
        {
            MemberAccessStrategy = new UnsafeMemberAccessStrategy { MemberNameStrategy = MemberNameStrategies.CamelCase },
            CultureInfo = CultureInfo.InvariantCulture,
            MaxSteps = 0,
        };
        options.ValueConverters.Add(value => value is Html html ? new StringValue(html.Text, encode: false) : null);
        return options;
    }
}
