package main

import (
	"context"
	"fmt"
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// plot draws how two clients use the same limit: the successful requests, and those that were answered 429.
func (l *lab) plot() error {
	const revocations = 350
	p := plot.New()
	p.Title.Text = "350 revocations, 100 allowed per window"
	p.X.Label.Text = "seconds"
	p.Y.Label.Text = "revoked"
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, vg.Points(5)
	p.Legend.XOffs, p.Legend.YOffs = vg.Points(10), vg.Points(-5)
	colors := map[string]color.Color{"apptokens": color.RGBA{R: 0x1b, G: 0x7f, B: 0x5c, A: 0xff},
		"okta": color.RGBA{R: 0xc0, G: 0x50, B: 0x20, A: 0xff}}
	names := map[string]string{"apptokens": "apptokens", "okta": "okta-sdk-golang"}
	t := l.report.table("350 revocations by 16 goroutines of one process, as in the plot", "client", "time, s",
		"answered 429")
	took, refused := series{}, series{}
	for _, client := range []string{"apptokens", "okta"} {
		requests, err := l.contest(context.Background(), limited(limit), job{client: client, n: revocations, workers: 16})
		if err != nil {
			return err
		}
		_, answered429 := tally(requests)
		t.row(client, seconds(elapsed(requests)), fmt.Sprint(answered429))
		took[client], refused[client] = values{elapsed(requests).Seconds()}, values{float64(answered429)}
		if err := draw(p, names[client], colors[client], requests); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%d revocations, %d allowed in %.0f s", revocations, limit, window.Seconds())
	l.report.compare(name+": time, s", took, 1)
	l.report.quote(name+": answered 429", refused, 0)
	return p.Save(20*vg.Centimeter, 10*vg.Centimeter, "limit.svg")
}

// draw adds a line for the revocations, and a cross for every 429.
func draw(p *plot.Plot, name string, color color.Color, requests []request) error {
	var revoked, refused plotter.XYs
	n := 0
	for _, r := range requests {
		at := plotter.XY{X: float64(r.Time.Sub(requests[0].Time)) / float64(time.Second)}
		if r.refused() {
			at.Y = float64(n)
			refused = append(refused, at)
			continue
		}
		n++
		at.Y = float64(n)
		revoked = append(revoked, at)
	}
	line, err := plotter.NewLine(revoked)
	if err != nil {
		return err
	}
	line.Color, line.Width = color, vg.Points(2)
	p.Add(line)
	p.Legend.Add(name, line)
	if len(refused) == 0 {
		return nil
	}
	crosses, err := plotter.NewScatter(refused)
	if err != nil {
		return err
	}
	crosses.Color, crosses.Shape, crosses.Radius = color, vgdraw.CrossGlyph{}, vg.Points(3)
	p.Add(crosses)
	p.Legend.Add(name+": 429", crosses)
	return nil
}
