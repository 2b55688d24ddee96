#!/usr/bin/env bash
# Lucene 9.12.3 (Maven): BrazilianAnalyzer keeps "impressão" and "impressões" apart, so a search for one does not find the other.
# PortugueseAnalyzer unites them if they are typed with accents, but does not unite "acoes" (ações without accents) with "acao".
# Seen on 2026-11-27; the last line has the terms of each word.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in core analysis-common; do
  mvn -B -q -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.apache.lucene:lucene-$name:9.12.3 -DoutputDirectory="$work"
done
cat >"$work/Terms.java" <<'JAVA'
import org.apache.lucene.analysis.br.BrazilianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

class Terms {
    public static void main(String[] arguments) throws Exception {
        for (var analyzer : new org.apache.lucene.analysis.Analyzer[] {new BrazilianAnalyzer(), new PortugueseAnalyzer()}) {
            var terms = new StringBuilder();
            try (var stream = analyzer.tokenStream("f", "impress\u00e3o impress\u00f5es a\u00e7\u00e3o a\u00e7\u00f5es acao acoes")) {
                var term = stream.addAttribute(CharTermAttribute.class);
                stream.reset();
                while (stream.incrementToken()) {
                    terms.append(',').append(term);
                }
            }
            System.out.println(analyzer.getClass().getSimpleName() + terms);
        }
    }
}
JAVA
seen=$(java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -cp "$work/*" "$work/Terms.java" 2>"$work/log" | paste -sd' ')
echo "$seen"
[ "$seen" = "BrazilianAnalyzer,impressa,impresso,aca,aco,aca,aco PortugueseAnalyzer,impressa,impressa,acao,acao,acao,acoe" ] || { echo "This has changed."; exit 1; }
