package moodle

import (
	"fmt"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/report/gradebook"
	"netlab/grader/report/spreadsheet"
)

// maxComment bounds the comment on one exercise, in bytes: four of them are under
// what a cell of a spreadsheet can hold, in which teachers read worksheets.
const maxComment = 7500

// commentOn writes the comment on one submission, as HTML: the mark, then what
// each lost criterion lost and why. The details are in the feedback file.
func commentOn(b *strings.Builder, r *grade.Result, column gradebook.Column, named bool, l lang.Lang) {
	if r.Verdict == grade.Fault {
		return
	}
	colon := lang.T(" : ", ": ").In(l)
	mark := fmt.Sprintf("%d/%d", r.Score, r.Max)
	if named && column.TP > 0 {
		mark = fmt.Sprintf("TP %d, %s %d%s%s", column.TP, lang.T("exercice", "exercise").In(l), column.Ex, colon, mark)
	}
	var items []string
	add := func(name string, points int, why string) {
		lost := ""
		if points > 0 {
			lost = " (" + fmt.Sprintf(lang.T("%d perdus", "%d lost").In(l), points) + ")"
		}
		items = append(items, "<li><strong>"+escape(report.OneLine(name, l))+"</strong>"+lost+colon+escape(why)+"</li>")
	}
	if r.Verdict == grade.Rejected {
		mark += lang.T(", archive refusée", ", archive rejected").In(l)
		for _, v := range r.Violations {
			if v.Severity != archive.Reject {
				continue
			}
			why := report.OneLine(v.Message.In(l), l)
			if v.Expected != "" {
				why += lang.T(" ; attendu : ", "; expected: ").In(l) + report.OneLine(v.Expected, l)
			}
			add(v.Rule, 0, why)
		}
	}
	for i := range r.Criteria {
		c := &r.Criteria[i]
		if !c.Advice && c.Status != grade.Passed && r.Verdict == grade.Graded {
			add(c.ID, c.Max-c.Points, report.Reason(r, c, l))
		}
	}
	b.WriteString("<p>" + escape(mark) + "</p>")
	if len(items) == 0 {
		return
	}
	b.WriteString("<ul>")
	size := 0
	for i, item := range items {
		if size += len(item); size > maxComment {
			fmt.Fprintf(b, "<li>… (%d)</li>", len(items)-i)
			break
		}
		b.WriteString(item)
	}
	b.WriteString("</ul>")
}

// escape writes text as HTML between tags. The signs by which formulas begin are references
// too: a worksheet is opened in spreadsheets.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;",
		"=", "&#61;", "+", "&#43;", "-", "&#45;", "@", "&#64;").Replace(s)
}

// cell writes text of a student into a cell of a worksheet that we make.
func cell(s string, l lang.Lang) string { return spreadsheet.Safe(s, l) }
