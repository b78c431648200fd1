namespace LoadHarness.Core.Options;

/// <summary>Where the database comes from. Its text never holds a password.</summary>
public abstract record DatabaseTarget
{
    /// <summary>A container when an engine answers, else a private native cluster.</summary>
    public sealed record Auto : DatabaseTarget
    {
        public override string ToString() => "auto";
    }

    public sealed record Container : DatabaseTarget
    {
        public override string ToString() => "container";
    }

    public sealed record Native : DatabaseTarget
    {
        public override string ToString() => "native";
    }

    /// <summary>A server that someone else runs, reached by an Npgsql connection string.</summary>
    public sealed record Given(string ConnectionString) : DatabaseTarget
    {
        /// <summary>What stands in its place wherever it is told.</summary>
        public const string Words = "a given connection string";

        /// <summary>What is told of its settings: the server keeps its own.</summary>
        public const string Settings = "as given";

        public override string ToString() => Words;
    }
}
