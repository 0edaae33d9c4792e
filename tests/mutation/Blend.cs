using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace KvmTraceLab.Mutation;

/// <summary>
/// Many mutants in one assembly, each behind a number: <c>a &lt; b</c> becomes <c>Is(7) ? a &lt;= b : a &lt; b</c>. Compiled and
/// loaded once for all. Left to an assembly of their own are patterns, statements, what declares variables, and what must be
/// constant or is computed once for the whole process.
/// </summary>
internal static class Blend
{
    public const string SwitchType = "KvmTraceLab.Mutation.Chosen";

    public const string SwitchField = "Mutant";

    /// <summary>Whether the mutant was computed at all.</summary>
    public const string ReachedField = "Reached";

    public const string SwitchSource = """
        namespace KvmTraceLab.Mutation
        {
            public static class Chosen
            {
                public static int Mutant;
                public static bool Reached;
                public static bool Is(int number) => Mutant == number && (Reached = true);
            }
        }
        """;

    private const string Mark = "mutant";

    public static bool Takes(Mutant mutant) =>
        mutant.Node is ExpressionSyntax && mutant.Kind == MutantKind.Operator &&
        !mutant.Node.DescendantNodesAndSelf().Any(n => n is SingleVariableDesignationSyntax) && !mutant.Node.Ancestors().Any(IsOnce);

    /// <summary>A source with the mutants that it has, by their numbers.</summary>
    public static SyntaxTree Of(SyntaxTree tree, IReadOnlyList<(Mutant Mutant, int Number)> mutants)
    {
        var byNode = mutants.ToLookup(m => m.Mutant.Node);
        var root = tree.GetRoot().ReplaceNodes(byNode.Select(g => g.Key), (node, rewritten) => byNode[node].Aggregate((ExpressionSyntax)rewritten, With));
        return tree.WithRootAndOptions(root, tree.Options);

        static ExpressionSyntax With(ExpressionSyntax other, (Mutant Mutant, int Number) it)
        {
            var changed = SyntaxFactory.ParenthesizedExpression((ExpressionSyntax)it.Mutant.Replacement.WithoutTrivia());
            ExpressionSyntax choice = SyntaxFactory.ConditionalExpression(SyntaxFactory.ParseExpression($"{SwitchType}.Is({it.Number}) "), changed, SyntaxFactory.ParenthesizedExpression(other.WithoutTrivia()));
            choice = it.Mutant.Node is AssignmentExpressionSyntax
                ? SyntaxFactory.AssignmentExpression(SyntaxKind.SimpleAssignmentExpression, SyntaxFactory.IdentifierName("_ "), choice)
                : SyntaxFactory.ParenthesizedExpression(choice);
            return choice.WithTriviaFrom(other).WithAdditionalAnnotations(new SyntaxAnnotation(Mark, $"{it.Number}"));
        }
    }

    /// <summary>Whose fault an error is: the innermost mutants around it, else all of the member.</summary>
    public static IEnumerable<int> Blamed(SyntaxTree tree, TextSpan where)
    {
        var node = tree.GetRoot().FindNode(where, getInnermostNodeForTie: true);
        var marked = node.AncestorsAndSelf().FirstOrDefault(n => n.HasAnnotations(Mark));
        if (marked is not null) return Numbers(marked);
        var member = node.AncestorsAndSelf().FirstOrDefault(n => n is MemberDeclarationSyntax and not BaseTypeDeclarationSyntax) ?? tree.GetRoot();
        return member.DescendantNodes().SelectMany(Numbers);
    }

    private static IEnumerable<int> Numbers(SyntaxNode node) =>
        node.GetAnnotations(Mark).Select(a => int.Parse(a.Data!, System.Globalization.CultureInfo.InvariantCulture));

    private static bool IsOnce(SyntaxNode node) => node switch
    {
        FieldDeclarationSyntax field => field.Modifiers.Any(m => m.IsKind(SyntaxKind.StaticKeyword) || m.IsKind(SyntaxKind.ConstKeyword)),
        PropertyDeclarationSyntax { Initializer: not null } property => property.Modifiers.Any(SyntaxKind.StaticKeyword),
        ConstructorDeclarationSyntax constructor => constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        PatternSyntax or AttributeSyntax or CaseSwitchLabelSyntax => true,
        _ => false,
    };
}
