namespace LoadHarness.Core.Input;

/// <summary>The smallest and the largest value that a field may have in a file; a duration's are in seconds.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithinAttribute(double smallest, double largest) : Attribute
{
    public double Smallest { get; } = smallest;

    public double Largest { get; } = largest;

    /// <summary>The range in words, such as <c>from 1 to 100</c>.</summary>
    public string Words => $"from {Plain(Smallest)} to {Plain(Largest)}";

    public bool Holds(double value) => value >= Smallest && value <= Largest;

    private static string Plain(double value) => value.ToString("0.############");
}
