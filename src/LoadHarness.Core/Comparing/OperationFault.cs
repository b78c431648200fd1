namespace LoadHarness.Core.Comparing;

/// <summary>An operation that fails on an arm.</summary>
/// <param name="Operation"><c>scenario/operation</c>.</param>
/// <param name="Words">What fails there and why, without a full stop.</param>
public sealed record OperationFault(string Operation, string Words);
