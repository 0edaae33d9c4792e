using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvmTraceLab.Mutation;

/// <summary>
/// Finds what can be changed in a source: operators, conditions, numbers, truth values, whole statements. One change a
/// mutant; texts, attributes, constants of names and documentation stay.
/// </summary>
internal static class Mutator
{
    private static readonly Dictionary<SyntaxKind, (SyntaxKind Kind, SyntaxKind Token)[]> Binary = new()
    {
        [SyntaxKind.EqualsExpression] = [(SyntaxKind.NotEqualsExpression, SyntaxKind.ExclamationEqualsToken)],
        [SyntaxKind.NotEqualsExpression] = [(SyntaxKind.EqualsExpression, SyntaxKind.EqualsEqualsToken)],
        [SyntaxKind.LessThanExpression] = [(SyntaxKind.LessThanOrEqualExpression, SyntaxKind.LessThanEqualsToken)],
        [SyntaxKind.LessThanOrEqualExpression] = [(SyntaxKind.LessThanExpression, SyntaxKind.LessThanToken)],
        [SyntaxKind.GreaterThanExpression] = [(SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.GreaterThanEqualsToken)],
        [SyntaxKind.GreaterThanOrEqualExpression] = [(SyntaxKind.GreaterThanExpression, SyntaxKind.GreaterThanToken)],
        [SyntaxKind.LogicalAndExpression] = [(SyntaxKind.LogicalOrExpression, SyntaxKind.BarBarToken)],
        [SyntaxKind.LogicalOrExpression] = [(SyntaxKind.LogicalAndExpression, SyntaxKind.AmpersandAmpersandToken)],
        [SyntaxKind.BitwiseAndExpression] = [(SyntaxKind.BitwiseOrExpression, SyntaxKind.BarToken)],
        [SyntaxKind.BitwiseOrExpression] = [(SyntaxKind.BitwiseAndExpression, SyntaxKind.AmpersandToken)],
        [SyntaxKind.ExclusiveOrExpression] = [(SyntaxKind.BitwiseOrExpression, SyntaxKind.BarToken)],
        [SyntaxKind.AddExpression] = [(SyntaxKind.SubtractExpression, SyntaxKind.MinusToken)],
        [SyntaxKind.SubtractExpression] = [(SyntaxKind.AddExpression, SyntaxKind.PlusToken)],
        [SyntaxKind.LeftShiftExpression] = [(SyntaxKind.RightShiftExpression, SyntaxKind.GreaterThanGreaterThanToken)],
        [SyntaxKind.RightShiftExpression] = [(SyntaxKind.LeftShiftExpression, SyntaxKind.LessThanLessThanToken)],
        [SyntaxKind.MultiplyExpression] = [(SyntaxKind.AddExpression, SyntaxKind.PlusToken)],
    };

    /// <summary>Every mutant of a file, in the order of the text.</summary>
    public static IEnumerable<Mutant> Of(string file, SyntaxTree tree)
    {
        var text = tree.GetText();
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (IsOutside(node)) continue;
            foreach (var (old, replacement) in Replacements(node))
            {
                var line = text.Lines.GetLinePosition(old.SpanStart).Line;
                yield return new Mutant(file, line + 1, Flat(old), Flat(replacement), text.Lines[line].ToString().Trim()) { Node = old, Replacement = replacement, Kind = KindOf(old) };
            }
        }
    }

    private static MutantKind KindOf(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax { Token.Value: int or ulong } => MutantKind.Number,
        StatementSyntax or LiteralExpressionSyntax => MutantKind.Statement,
        _ => MutantKind.Operator,
    };

    /// <summary>Attributes, names of things and what is thrown say nothing about behaviour.</summary>
    private static bool IsOutside(SyntaxNode node) =>
        node.FirstAncestorOrSelf<SyntaxNode>(n => n is AttributeListSyntax or InterpolatedStringExpressionSyntax or ThrowStatementSyntax or ThrowExpressionSyntax) is not null;

    private static IEnumerable<(SyntaxNode Old, SyntaxNode New)> Replacements(SyntaxNode node)
    {
        switch (node)
        {
            case BinaryExpressionSyntax binary when Binary.TryGetValue(binary.Kind(), out var others) && !IsText(binary):
                foreach (var (kind, token) in others)
                    yield return (binary, SyntaxFactory.ParenthesizedExpression(SyntaxFactory.BinaryExpression(kind, Bracketed(binary.Left), SyntaxFactory.Token(token), Bracketed(binary.Right))).WithTriviaFrom(binary));
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.TrueLiteralExpression):
                yield return (literal, SyntaxFactory.LiteralExpression(SyntaxKind.FalseLiteralExpression).WithTriviaFrom(literal));
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.FalseLiteralExpression):
                yield return (literal, SyntaxFactory.LiteralExpression(SyntaxKind.TrueLiteralExpression).WithTriviaFrom(literal));
                break;
            case LiteralExpressionSyntax { Token.Value: int n } literal:
                yield return (literal, Number(literal, $"{n + 1}"));
                break;
            case LiteralExpressionSyntax { Token.Value: ulong n } literal when n != ulong.MaxValue:
                yield return (literal, Number(literal, $"0x{(n == 1 ? 2 : n ^ 1):x}UL"));
                break;
            case PrefixUnaryExpressionSyntax unary when unary.IsKind(SyntaxKind.LogicalNotExpression):
                yield return (unary, SyntaxFactory.ParenthesizedExpression(unary.Operand).WithTriviaFrom(unary));
                break;
            case PrefixUnaryExpressionSyntax unary when unary.IsKind(SyntaxKind.BitwiseNotExpression):
                yield return (unary, SyntaxFactory.ParenthesizedExpression(unary.Operand).WithTriviaFrom(unary));
                break;
            case IfStatementSyntax { Condition: not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } } branch:
                yield return (branch.Condition, Negated(branch.Condition));
                break;
            case ConditionalExpressionSyntax choice:
                yield return (choice.Condition, Negated(choice.Condition));
                break;
            case BinaryPatternSyntax { RawKind: (int)SyntaxKind.OrPattern } either:
                yield return (either, either.Left.WithTriviaFrom(either));
                yield return (either, either.Right.WithTriviaFrom(either));
                break;
            case UnaryPatternSyntax not:
                yield return (not, not.Pattern.WithTriviaFrom(not));
                break;
            case AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.OrAssignmentExpression } assign:
                yield return (assign, SyntaxFactory.AssignmentExpression(SyntaxKind.AndAssignmentExpression, assign.Left, assign.Right.WithLeadingTrivia(SyntaxFactory.Space)).WithTriviaFrom(assign));
                break;
            case AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AndAssignmentExpression } assign:
                yield return (assign, SyntaxFactory.AssignmentExpression(SyntaxKind.OrAssignmentExpression, assign.Left, assign.Right.WithLeadingTrivia(SyntaxFactory.Space)).WithTriviaFrom(assign));
                break;
            case ExpressionStatementSyntax statement:
                yield return (statement, SyntaxFactory.EmptyStatement().WithTriviaFrom(statement));
                break;
            case ContinueStatementSyntax or BreakStatementSyntax { Parent: not SwitchSectionSyntax } or ReturnStatementSyntax { Expression: null }:
                yield return (node, SyntaxFactory.EmptyStatement().WithTriviaFrom(node));
                break;
        }
    }

    private static ExpressionSyntax Bracketed(ExpressionSyntax part) =>
        part is ParenthesizedExpressionSyntax or IdentifierNameSyntax or LiteralExpressionSyntax ? part : SyntaxFactory.ParenthesizedExpression(part.WithoutTrivia());

    private static PrefixUnaryExpressionSyntax Negated(ExpressionSyntax condition) =>
        SyntaxFactory.PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, SyntaxFactory.ParenthesizedExpression(condition.WithoutTrivia())).WithTriviaFrom(condition);

    private static ExpressionSyntax Number(LiteralExpressionSyntax literal, string text) => SyntaxFactory.ParseExpression(text).WithTriviaFrom(literal);

    /// <summary>"a" + b is no arithmetic.</summary>
    private static bool IsText(BinaryExpressionSyntax binary) =>
        binary.IsKind(SyntaxKind.AddExpression) && binary.DescendantNodes().Any(n => n is InterpolatedStringExpressionSyntax || n.IsKind(SyntaxKind.StringLiteralExpression));

    private static string Flat(SyntaxNode node) => string.Join(' ', node.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
